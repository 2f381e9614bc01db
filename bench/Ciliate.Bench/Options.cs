using System.IO.Enumeration;
using Ciliate.Bench.Results;
using Ciliate.Bench.Workloads;

namespace Ciliate.Bench;

/// <summary>What one run does.</summary>
/// <param name="Rounds">Each case is measured once a round, in an order that is shuffled anew.</param>
/// <param name="Quick">A run that shows that everything works; its figures tell nothing.</param>
/// <param name="CasePattern">Only cases whose name matches; * and ?.</param>
/// <param name="Binaries">Directory of ciliated and ciliate.</param>
/// <param name="Output">File of the result lines.</param>
internal sealed record Options(int Rounds, bool Quick, string CasePattern, string Binaries, string Output)
{
    /// <summary>Of one workload on one topology.</summary>
    public TimeSpan Slice => TimeSpan.FromMilliseconds(Quick ? 40 : 600);

    public bool Wants(Measure measure, string variant) =>
        FileSystemName.MatchesSimpleExpression(CasePattern, Series.NameOf(measure, variant), ignoreCase: false);
}
