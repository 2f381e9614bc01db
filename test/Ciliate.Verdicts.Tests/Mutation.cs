using Ciliate.Datapath;
using Ciliate.Oracle;
using VerdictEntry = Ciliate.Policy.VerdictEntry;

namespace Ciliate.Verdicts.Tests;

/// <summary>A fault put into the product's side, which the comparison has to notice.</summary>
/// <param name="Name">What the product would do wrong.</param>
internal sealed record Mutation(string Name)
{
    public static readonly Mutation None = new("nothing");

    /// <summary>Misreads policies.</summary>
    public Func<WrittenPolicy, WrittenPolicy>? Policy { get; init; }

    /// <summary>Spoils the tables that engine and kernel share.</summary>
    public Func<VerdictEntry, VerdictEntry>? Table { get; init; }

    /// <summary>Spoils what the kernel is given.</summary>
    public Func<PolicyEntry, PolicyEntry>? Kernel { get; init; }

    public IReadOnlyList<WrittenPolicy> Apply(IReadOnlyList<WrittenPolicy> policies) => Policy is null ? policies : [.. policies.Select(Policy)];

    public override string ToString() => Name;
}
