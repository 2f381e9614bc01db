using Ciliate.Testing;
using Xunit;

namespace Ciliate.Datapath.Tests;

public sealed class DropReasonTests
{
    [Fact]
    public void The_documentation_has_every_reason_in_order_with_what_it_means()
    {
        var documented = File.ReadLines(Path.Combine(Repository.Root, "docs", "datapath.md"))
            .SkipWhile(line => line != "## Drop reasons")
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Skip(2)
            .Select(line => line.Split('|'))
            .Select(cells => (cells[1].Trim(), cells[2].Trim()));

        Assert.Equal(DropReasons.All.Select(reason => (reason.Text, DropReasons.Meaning(reason.Reason) ?? "")), documented);
    }

    [Fact]
    public void A_number_from_the_future_is_told_as_such() =>
        Assert.Equal(("unknown reason 4711", null), (DropReasons.Describe(4711), DropReasons.Meaning(4711)));
}
