using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Xunit;

namespace Ciliate.EndToEnd.Tests.BadInput;

/// <summary>Policies that are small and become large, or are too large: refused by their limit, in one line, and nothing of them stays.</summary>
public sealed class YamlBombTests(YamlBombTests.Present present) : IClassFixture<YamlBombTests.Present>
{
    private static Dictionary<string, (string Named, Func<string> Build)> Bombs { get; } = new()
    {
        ["aliases of aliases"] = ("anchor", () => "a: &a [x, x, x, x, x, x, x, x, x]\n" + string.Concat(
            Enumerable.Range('b', 8).Select(name => $"{(char)name}: &{(char)name} [{string.Join(", ", Enumerable.Repeat($"*{(char)(name - 1)}", 9))}]\n"))),
        ["a hundred thousand lists"] = ("32 levels", () => "spec: " + new string('[', 100_000)),
        ["a hundred thousand maps"] = ("32 levels", () => "spec: " + string.Concat(Enumerable.Repeat("{a: ", 100_000))),
        ["levels by indentation"] = ("32 levels", () => string.Concat(Enumerable.Range(0, 500).Select(level => new string(' ', level) + "a:\n"))),
        ["more than four mebicharacters"] = ("characters", () => PolicyText.Ingress("present", "other") + "\n# " + new string('x', 4 << 20)),
        ["a tag"] = ("tag", () => PolicyText.For("present", "  ingress: !!binary aGVsbG8=")),
    };

    public static TheoryData<string, string> Known { get; } = new(Bombs.Select(bomb => (bomb.Key, bomb.Value.Named)));

    [Theory]
    [MemberData(nameof(Known))]
    public void It_is_refused_by_its_limit_and_leaves_nothing(string name, string named)
    {
        Host host = present.Host;
        string[] before = [.. host.Traces()];

        string error = host.Ciliate.Refused("policy", "apply", "-f", host.Roots.Write("bomb.yaml", Bombs[name].Build()));

        Assert.Contains("bomb.yaml", error, StringComparison.Ordinal);
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.InRange(error.Length, 0, 1000);
        Assert.Equal(before, host.Traces());
        Assert.Equal(0, host.Ciliate.Json("policy", "list").GetProperty("policies").GetArrayLength());
    }

    /// <summary>A host with one container.</summary>
    public sealed class Present : IDisposable
    {
        public Present() => Host.Add("present");

        public Host Host { get; } = new();

        public void Dispose() => Host.Dispose();
    }
}
