namespace Ciliate.Policy.Tests.Yaml;

/// <summary>Texts that ask for more than they are worth are refused, or read, with memory in proportion to their length; the fuzzer's corpus
/// holds small ones. What is counted is what is allocated: it does not depend on the machine.</summary>
public sealed class BombTests
{
    private const long MiB = 1 << 20;

    // Events, nodes and the parser's own buffers, for each character of a text of the greatest length.
    private const long AllocatedAtMost = YamlLimit * 256L;
    private const int YamlLimit = 4 << 20;

    public static TheoryData<string, Func<string>> Bombs => new()
    {
        { "aliases that multiply", Aliases },
        { "lists in lists", () => new string('[', YamlLimit) },
        { "mappings in mappings", () => string.Concat(Enumerable.Repeat("{a: ", YamlLimit / 4)) },
        { "entries in entries", () => string.Concat(Enumerable.Repeat("- ", YamlLimit / 2)) },
        { "keys in keys", () => string.Concat(Enumerable.Repeat("? ", YamlLimit / 2)) },
        { "one value", () => Policies.WithHead($"spec: {{description: \"{new string('x', YamlLimit - 200)}\"}}") },
        { "one key", () => Policies.WithHead($"spec: {{\"{new string('x', YamlLimit - 200)}\": 1}}") },
        { "many keys", () => Policies.WithHead($"spec: {{{string.Join(", ", Enumerable.Range(0, 200_000).Select(i => $"k{i}: 1"))}}}") },
        { "many documents", () => string.Concat(Enumerable.Repeat("---\n", YamlLimit / 4)) },
        { "one character too many", () => new string('x', YamlLimit + 1) },
    };

    [Theory, MemberData(nameof(Bombs))]
    public void A_bomb_costs_no_more_than_its_length(string kind, Func<string> make)
    {
        string text = make();
        long before = GC.GetAllocatedBytesForCurrentThread();

        var refusal = Record.Exception(() => PolicyReader.Read(text, "p.yaml"));

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= AllocatedAtMost, $"{kind}: {text.Length / MiB} Mi characters had {allocated / MiB} MiB allocated");
        Assert.StartsWith("p.yaml:", Assert.IsType<PolicyException>(refusal).Message, StringComparison.Ordinal);
    }

    /// <summary>Nine levels of nine: what is written in a few lines would be 387 million values.</summary>
    private static string Aliases()
    {
        var levels = Enumerable.Range(1, 9).Select(level => $"a{level}: &a{level} [{string.Join(", ", Enumerable.Repeat($"*a{level - 1}", 9))}]");
        return Policies.WithHead($"a0: &a0 [x]\n{string.Join('\n', levels)}\nspec: {{endpointSelector: *a9}}\n");
    }
}
