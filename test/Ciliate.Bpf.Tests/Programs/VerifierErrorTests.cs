using Xunit;

namespace Ciliate.Bpf.Tests.Programs;

public sealed class VerifierErrorTests
{
    [Theory]
    [InlineData("unchecked_packet", "return data[12]; /* no bound */")]
    [InlineData("unchecked_in_a_function", "return data[13];")]
    public void A_refused_program_is_told_in_one_line_with_reason_and_source(string program, string source)
    {
        var error = Assert.Throws<VerifierException>(() => Fixture.Load("refused", program));

        Assert.StartsWith($"program {program}: invalid access to packet", error.Message, StringComparison.Ordinal);
        Assert.Matches(@" \(at refused\.bpf\.c:\d+: ", error.Message);
        Assert.Contains(source, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Contains("processed ", error.FullLog, StringComparison.Ordinal);
    }
}
