using Ciliate.Bpf.Grafting;
using Xunit;

namespace Ciliate.Bpf.Tests.Grafting;

public sealed class ContextWritesTests
{
    [Theory, InlineData("scion", "check"), InlineData("tailored", "features"), InlineData("tailored", "looping")]
    public void A_program_that_only_reads_its_context_may(string file, string program) =>
        Assert.Null(ContextWrites.Find(Fixture.Open(file), program));

    [Theory]
    [InlineData("marks", "skb->mark = 1;")]
    [InlineData("marks_by_another", "skb->mark = mark;")]
    [InlineData("marks_after_a_call", "skb->priority = seen->mark;")]
    [InlineData("marks_by_the_stack", "all->skb->mark = all->number;")]
    public void A_write_is_found_wherever_the_context_went(string program, string line)
    {
        string? found = ContextWrites.Find(Fixture.Open("scion"), program);

        Assert.NotNull(found);
        Assert.StartsWith("scion.bpf.c:", found, StringComparison.Ordinal);
        Assert.EndsWith(line, found, StringComparison.Ordinal);
    }
}
