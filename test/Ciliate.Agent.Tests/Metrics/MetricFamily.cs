using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Ciliate.Agent.Tests.Metrics;

/// <summary>A metric as a scraper understands it.</summary>
/// <param name="Samples">Value by name and labels, as they are written.</param>
internal sealed record MetricFamily(string Name, string Kind, string Help, IReadOnlyDictionary<string, double> Samples)
{
    /// <summary>Names of its labels but the bounds of buckets, in their order.</summary>
    public IReadOnlyList<string> Labels => Samples.Count == 0
        ? []
        : [.. Regex.Matches(Samples.Keys.First(), "[{,]([a-z_]+)=").Select(match => match.Groups[1].Value).Where(label => label != "le")];
}

/// <summary>Reads Prometheus' text format, version 0.0.4, and refuses what is not right by it or by the rules for names.</summary>
internal static partial class MetricsParser
{
    public static IReadOnlyList<MetricFamily> Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var families = new List<MetricFamily>();
        Dictionary<string, double> samples = [];
        string help = "", named = "";
        foreach (string line in text[..^1].Split('\n'))
        {
            if (HelpLine().Match(line) is { Success: true } announced)
            {
                (named, help) = (announced.Groups["name"].Value, announced.Groups["help"].Value);
            }
            else if (TypeLine().Match(line) is { Success: true } typed)
            {
                Assert.Equal(named, typed.Groups["name"].Value);
                Assert.DoesNotContain(families, family => family.Name == named);
                samples = [];
                families.Add(new MetricFamily(named, typed.Groups["kind"].Value, help, samples));
            }
            else
            {
                Add(line, families[^1], samples);
            }
        }

        families.ForEach(Check);
        return families;
    }

    private static void Add(string line, MetricFamily family, Dictionary<string, double> samples)
    {
        Match sample = SampleLine().Match(line);
        Assert.True(sample.Success, $"not a sample: {line}");
        string suffix = sample.Groups["name"].Value[family.Name.Length..];
        Assert.StartsWith(family.Name, sample.Groups["name"].Value, StringComparison.Ordinal);
        Assert.Contains(suffix, family.Kind == "histogram" ? ["_bucket", "_sum", "_count"] : new[] { "" });
        string key = sample.Groups["name"].Value + sample.Groups["labels"].Value;
        Assert.True(samples.TryAdd(key, double.Parse(sample.Groups["value"].Value, CultureInfo.InvariantCulture)), $"twice: {key}");
    }

    private static void Check(MetricFamily family)
    {
        Assert.EndsWith(".", family.Help, StringComparison.Ordinal);
        Assert.Equal(family.Kind == "counter", family.Name.EndsWith("_total", StringComparison.Ordinal));
        Assert.All(family.Samples.Values, value => Assert.True(value >= 0, family.Name));
        foreach ((string key, double count) in family.Samples.Where(sample => sample.Key.Contains("_count", StringComparison.Ordinal)))
        {
            string start = key.Replace("_count", "_bucket", StringComparison.Ordinal).TrimEnd('}');
            double[] buckets = [.. family.Samples.Where(sample => sample.Key.StartsWith(start, StringComparison.Ordinal)).Select(sample => sample.Value)];
            Assert.Equal(buckets.Order(), buckets);
            Assert.Equal(count, buckets[^1]);
        }
    }

    [GeneratedRegex("^# HELP (?<name>[a-z][a-z0-9_]*) (?<help>.+)$")]
    private static partial Regex HelpLine();

    [GeneratedRegex("^# TYPE (?<name>[a-z][a-z0-9_]*) (?<kind>counter|gauge|histogram)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex("""^(?<name>[a-z][a-z0-9_]*)(?<labels>\{[a-z_]+="([^"\\\n]|\\["\\n])*"(,[a-z_]+="([^"\\\n]|\\["\\n])*")*\})? (?<value>-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?)$""")]
    private static partial Regex SampleLine();
}
