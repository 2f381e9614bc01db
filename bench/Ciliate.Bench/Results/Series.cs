using Ciliate.Bench.Workloads;

namespace Ciliate.Bench.Results;

/// <summary>The values of all rounds, by case and contender.</summary>
internal sealed class Series
{
    private readonly Dictionary<(string Case, string Contender), List<double>> _values = [];
    private readonly Dictionary<string, Measure> _measures = [];
    private readonly List<string> _cases = [];

    /// <summary>In the order in which they were first seen.</summary>
    public IReadOnlyList<string> Cases => _cases;

    public static string NameOf(Measure measure, string variant) => variant.Length == 0 ? measure.Name : $"{measure.Name}/{variant}";

    public void Add(Measure measure, string variant, string contender, double value)
    {
        string name = NameOf(measure, variant);
        if (_measures.TryAdd(name, measure))
            _cases.Add(name);
        if (!_values.TryGetValue((name, contender), out var values))
            _values[(name, contender)] = values = [];
        values.Add(value);
    }

    public Measure MeasureOf(string name) => _measures[name];

    public IEnumerable<string> ContendersOf(string name) => _values.Keys.Where(key => key.Case == name).Select(key => key.Contender);

    /// <summary>By round.</summary>
    public IReadOnlyList<double> Values(string name, string contender) => _values.GetValueOrDefault((name, contender)) ?? [];
}
