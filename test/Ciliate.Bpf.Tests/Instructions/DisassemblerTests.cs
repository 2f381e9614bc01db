using Xunit;

namespace Ciliate.Bpf.Tests.Instructions;

public sealed class DisassemblerTests
{
    [Theory]
    [InlineData(0xb7, 1, 0, 0, 5, "r1 = 5")]
    [InlineData(0xbf, 1, 2, 0, 0, "r1 = r2")]
    [InlineData(0xbc, 1, 2, 0, 0, "w1 = w2")]
    [InlineData(0xbf, 1, 2, 8, 0, "r1 = (s8)r2")]
    [InlineData(0x07, 1, 0, 0, -4, "r1 += -4")]
    [InlineData(0x3f, 1, 2, 1, 0, "r1 s/= r2")]
    [InlineData(0x97, 1, 0, 0, 3, "r1 %= 3")]
    [InlineData(0x87, 1, 0, 0, 0, "r1 = -r1")]
    [InlineData(0xc7, 1, 0, 0, 2, "r1 s>>= 2")]
    [InlineData(0xdc, 1, 0, 0, 16, "r1 = be16 r1")]
    [InlineData(0xd4, 1, 0, 0, 32, "r1 = le32 r1")]
    [InlineData(0xd7, 1, 0, 0, 64, "r1 = bswap64 r1")]
    [InlineData(0x15, 1, 0, 5, 0, "if r1 == 0 goto +5")]
    [InlineData(0xae, 1, 2, -3, 0, "if w1 < w2 goto -3")]
    [InlineData(0xd5, 1, 0, 2, -1, "if r1 s<= -1 goto +2")]
    [InlineData(0x05, 0, 0, 7, 0, "goto +7")]
    [InlineData(0x06, 0, 0, 0, 700, "goto +700")]
    [InlineData(0x85, 0, 0, 0, 1, "call helper#1")]
    [InlineData(0x85, 0, 1, 0, 9, "call pc+9")]
    [InlineData(0x85, 0, 2, 0, 9, "call kernel_function#9")]
    [InlineData(0x95, 0, 0, 0, 0, "exit")]
    [InlineData(0x61, 1, 10, -4, 0, "r1 = *(u32 *)(r10 -4)")]
    [InlineData(0x91, 1, 2, 3, 0, "r1 = *(s8 *)(r2 +3)")]
    [InlineData(0x7b, 10, 1, -8, 0, "*(u64 *)(r10 -8) = r1")]
    [InlineData(0x6a, 10, 0, -2, 7, "*(u16 *)(r10 -2) = 7")]
    [InlineData(0xdb, 1, 2, 0, 0, "lock *(u64 *)(r1 +0) += r2")]
    [InlineData(0xc3, 1, 2, 4, 0x41, "r2 = atomic_fetch_or((u32 *)(r1 +4), r2)")]
    [InlineData(0xdb, 1, 2, 0, 0xe1, "r2 = atomic_xchg((u64 *)(r1 +0), r2)")]
    [InlineData(0xdb, 1, 2, 0, 0xf1, "r0 = atomic_cmpxchg((u64 *)(r1 +0), r0, r2)")]
    [InlineData(0x18, 1, 1, 0, 5, "r1 = map[fd:5]")]
    [InlineData(0xff, 0, 0, 0, 0, "unknown opcode 0xff")]
    public void An_instruction_is_written_as_the_verifier_writes_it(byte code, int destination, int source, short offset, int immediate, string text) =>
        Assert.Equal(text, Disassembler.Text(new Instruction(code, destination, source, offset, immediate)));

    [Fact]
    public void A_wide_load_has_its_upper_half_in_the_second_slot() =>
        Assert.Equal("r2 = 0x1ffffffff", Disassembler.Text(new Instruction(0x18, 2, 0, 0, -1), new Instruction(0, 0, 0, 0, 1)));

    [Fact]
    public void A_program_is_listed_with_functions_source_and_maps()
    {
        ObjectSpec spec = Fixture.Open("programs");

        string listing = spec.Disassemble("count_in_map");

        Assert.StartsWith("count_in_map:\n; ", listing, StringComparison.Ordinal);
        Assert.Contains(" = map counters\n", listing, StringComparison.Ordinal);
        Assert.Contains("; __sync_fetch_and_add(value, 1);\n", listing, StringComparison.Ordinal);
        Assert.EndsWith(": exit\n", listing, StringComparison.Ordinal);
        Assert.Contains("\nbranch:\n", spec.Disassemble("through_functions"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_instruction_that_clang_writes_here_is_known()
    {
        foreach (string fixture in new[] { "programs", "maps", "layouts" })
        {
            ObjectSpec spec = Fixture.Open(fixture);
            Assert.All(spec.Programs, program => Assert.DoesNotContain("unknown", spec.Disassemble(program.Name), StringComparison.Ordinal));
        }
    }
}
