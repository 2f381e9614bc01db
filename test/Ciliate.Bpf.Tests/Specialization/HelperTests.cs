using System.Text.RegularExpressions;
using Ciliate.Bpf.Specialization;
using Xunit;

namespace Ciliate.Bpf.Tests.Specialization;

public sealed partial class HelperTests
{
    // Takes as many as its format asks for, which its signature does not say.
    private const string Printf = "trace_printk";

    [Fact]
    public void Helpers_take_as_many_arguments_as_the_kernels_header_says()
    {
        string header = File.ReadAllText("/usr/include/linux/bpf.h");
        int list = header.IndexOf("__BPF_FUNC_MAPPER(FN", StringComparison.Ordinal);
        var signatures = Signature().Matches(header[..list]).DistinctBy(match => match.Groups["name"].Value)
            .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["arguments"].Value);
        var names = Name().Matches(header[list..]).Select(match => match.Groups["name"].Value).Where(name => name != "x").ToList();

        for (int helper = 1; helper < Helpers.KnownCount; helper++)
        {
            string arguments = signatures[names[helper]];
            int expected = names[helper] == Printf ? 5 : arguments == "void" ? 0 : arguments.Count(letter => letter == ',') + 1;
            Assert.True(expected == Helpers.ArgumentsOf(helper), $"{names[helper]}({arguments})");
        }

        Assert.Equal(5, Helpers.ArgumentsOf(100_000));
    }

    [GeneratedRegex(@"^ \* [a-z0-9_ *]+?\bbpf_(?<name>\w+)\((?<arguments>[^)]*)\)\s*$", RegexOptions.Multiline)]
    private static partial Regex Signature();

    [GeneratedRegex(@"FN\((?<name>\w+)\)")]
    private static partial Regex Name();
}
