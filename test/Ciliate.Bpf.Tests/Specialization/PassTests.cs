using Xunit;

namespace Ciliate.Bpf.Tests.Specialization;

/// <summary>What the specializer makes of a few instructions, written out.</summary>
public sealed class PassTests
{
    private const int Context = 1, Frame = 10;
    private const int Byte = 0x71, SignedByte = 0x91, Half = 0x69, Word = 0x61, SignedWord = 0x81, Wide = 0x79;

    private readonly MadeUpObject _object = new(seed: 0);
    private readonly CodeWriter _code = new();

    [Theory]
    [InlineData(Byte, 0, "r0 = 1")]
    [InlineData(Byte, 1, "r0 = 254")]
    [InlineData(SignedByte, 1, "r0 = -2")]
    [InlineData(Half, 2, "r0 = 64")]
    [InlineData(Word, 4, "w0 = -16")]
    [InlineData(SignedWord, 4, "r0 = -16")]
    [InlineData(Wide, 8, "r0 = 0x100000002")]
    [InlineData(Half, 1, "r0 = 16638")]
    public void A_read_becomes_an_immediate_in_as_few_slots_as_it_takes(int load, int offset, string text)
    {
        _object.Spec.SetConstant("limits", [1, 0xfe, 0x40, 0, 0xf0, 0xff, 0xff, 0xff, 2, 0, 0, 0, 1, 0, 0, 0]);
        _code.MapValue(1, _object.Constants, OffsetOf("limits") - 3);
        _code.Put(load, 0, 1, offset + 3);
        _code.Exit();

        AssertBecomes(text, "exit");
    }

    [Fact]
    public void What_is_behind_a_folded_branch_goes_and_jumps_reach_as_far_as_before()
    {
        int other = _code.NewLabel(), end = _code.NewLabel();
        _code.Put(Word, 7, Context, 8);
        _code.Move(2, 5);
        _code.Jump(end, 0x15, 7, immediate: 9);
        _code.Jump(other, 0x15, 2, immediate: 5);
        _code.Wide(7, 0x1_2345_6789);
        _code.Put(0x07, 7, immediate: 1);
        _code.Place(other);
        _code.Wide(3, 0x2_0000_0000);
        _code.Put(0x0f, 7, 3);
        _code.Place(end);
        _code.Copy(0, 7);
        _code.Exit();

        AssertBecomes("r7 = *(u32 *)(r1 +8)", "if r7 == 9 goto +3", "r3 = 0x200000000", "r7 += r3", "r0 = r7", "exit");
    }

    [Fact]
    public void Division_by_nothing_and_shifts_beyond_the_width_keep_their_register()
    {
        _code.Put(Word, 0, Context, 8);
        _code.Move(2, 0);
        _code.Move(3, 64);
        _code.Move(4, 63);
        _code.Put(0x3f, 0, 2);
        _code.Put(0x6f, 0, 3);
        _code.Put(0x7f, 0, 4);
        _code.Exit();

        AssertBecomes("r0 = *(u32 *)(r1 +8)", "r2 = 0", "r3 = 64", "r0 /= r2", "r0 <<= r3", "r0 >>= 63", "exit");
    }

    [Fact]
    public void What_was_lent_to_a_helper_is_read_again_and_what_lies_below_is_not()
    {
        _code.Put(0x7a, Frame, offset: -8, immediate: 11);
        _code.Put(0x7a, Frame, offset: -16, immediate: 22);
        _code.Put(0x7a, Frame, offset: -24, immediate: 33);
        _code.Move(2, 0);
        _code.Copy(3, Frame);
        _code.Put(0x07, 3, immediate: -16);
        _code.Move(4, 4);
        _code.Helper(MadeUpObject.LoadBytes);
        _code.Put(Wide, 0, Frame, -8);
        _code.Put(Wide, 1, Frame, -16);
        _code.Put(Wide, 2, Frame, -24);
        _code.Put(0x0f, 0, 1);
        _code.Put(0x0f, 0, 2);
        _code.Exit();

        AssertBecomes(
            "*(u64 *)(r10 -8) = 11", "*(u64 *)(r10 -16) = 22", "r2 = 0", "r3 = r10", "r3 += -16", "r4 = 4", "call helper#26",
            "r0 = *(u64 *)(r10 -8)", "r1 = *(u64 *)(r10 -16)", "r0 += r1", "r0 += 33", "exit");
    }

    [Fact]
    public void What_only_itself_reads_is_dead()
    {
        int again = _code.NewLabel();
        _code.Put(Word, 0, Context, 8);
        _code.Put(Word, 2, Context, 48);
        _code.Place(again);
        _code.Put(0x07, 2, immediate: 1);
        _code.Put(0x07, 0, immediate: -1);
        _code.Jump(again, 0x25, 0, immediate: 9);
        _code.Exit();

        AssertBecomes("r0 = *(u32 *)(r1 +8)", "r0 += -1", "if r0 > 9 goto -2", "exit");
    }

    [Fact]
    public void Jumps_go_where_they_lead()
    {
        int first = _code.NewLabel(), second = _code.NewLabel(), third = _code.NewLabel();
        _code.Put(Word, 0, Context, 8);
        _code.Jump(first, 0x15, 0, immediate: 9);
        _code.Put(0x07, 0, immediate: 1);
        _code.Jump(third);
        _code.Place(first);
        _code.Jump(second);
        _code.Place(second);
        _code.Jump(third);
        _code.Place(third);
        _code.Exit();

        AssertBecomes("r0 = *(u32 *)(r1 +8)", "if r0 == 9 goto +1", "r0 += 1", "exit");
    }

    [Fact]
    public void Code_that_runs_in_circles_is_left_in_peace()
    {
        int first = _code.NewLabel(), second = _code.NewLabel(), third = _code.NewLabel();
        _code.Place(first);
        _code.Jump(second);
        _code.Place(third);
        _code.Jump(first);
        _code.Place(second);
        _code.Jump(third);

        AssertBecomes("goto +1", "goto -2", "goto -2");
    }

    [Fact]
    public void Code_that_no_kernel_would_take_is_refused_in_one_line()
    {
        int middle = _code.NewLabel();
        _code.Jump(middle, 0x15, 1, immediate: 0);
        _code.Put(0x18, 2);
        _code.Place(middle);
        _code.Put(0);
        _code.Exit();
        AssertRefused(_code.Finish(), "instruction 0 jumps out of its function, or into an instruction");

        var unknown = new CodeWriter();
        unknown.Put(0x8d, 1);
        unknown.Exit();
        AssertRefused(unknown.Finish(), "instruction 0 is not known here (opcode 0x8d)");

        var beyond = new CodeWriter();
        beyond.Move(11, 0);
        beyond.Exit();
        AssertRefused(beyond.Finish(), "instruction 0 is not known here (opcode 0xb7)");

        var endless = new CodeWriter();
        endless.Move(0, 0);
        AssertRefused(endless.Finish(), "has a function that ends at instruction 0 and goes on");

        var outside = new CodeWriter();
        outside.Put(0x85, source: 1, immediate: 7);
        outside.Exit();
        AssertRefused(outside.Finish(), "calls what is outside of it");
    }

    private int OffsetOf(string constant) => _object.Spec.Constants.Single(known => known.Name == constant).Offset;

    private void AssertBecomes(params string[] expected)
    {
        Instruction[] code = _object.Specialize(_code.Finish()).Program.Code.Instructions;
        var text = new List<string>();
        for (int slot = 0; slot < code.Length; slot += code[slot].IsWide ? 2 : 1)
        {
            text.Add(Disassembler.Text(code[slot], slot + 1 < code.Length ? code[slot + 1] : default));
        }

        Assert.Equal(expected, text);
    }

    private void AssertRefused(LinkedCode code, string reason)
    {
        var error = Assert.Throws<BpfObjectException>(() => _object.Specialize(code));
        Assert.Equal($"tailored.bpf.o: section tc: program made_up {reason}", error.Message);
    }
}
