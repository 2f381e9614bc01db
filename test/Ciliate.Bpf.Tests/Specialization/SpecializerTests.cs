using Ciliate.Bpf.Specialization;
using Xunit;

namespace Ciliate.Bpf.Tests.Specialization;

/// <summary>Programs that clang has written, made for their constants and run in the kernel.</summary>
public sealed class SpecializerTests
{
    private static readonly uint[] s_marks = [0, 1, 2, 3, 77, 0xffff_ffff];

    [Fact]
    public void What_constants_switch_off_is_not_in_the_code()
    {
        ObjectSpec spec = Fixture.Open("tailored");

        SpecializedProgram off = Specializer.Specialize(spec, "features");

        Assert.Equal(["count"], off.Report.RemovedFunctions);
        Assert.Equal([".rodata", "counters", "stages"], off.Report.RemovedMaps);
        Assert.Empty(off.Report.Maps);
        Assert.Empty(off.Program.MapReferences);
        Assert.Empty(off.Report.TailCalls);
        Assert.Equal(["enabled", "counting", "limits"], off.Report.Constants.Select(used => used.Constant.Name));
        Assert.Equal(spec.Program("features").Instructions.Count, off.Report.InstructionsBefore);
        Assert.Equal(off.Program.Instructions.Count, off.Report.InstructionsAfter);
        AssertSame(spec, off.Program);
    }

    [Fact]
    public void What_constants_switch_on_stays()
    {
        ObjectSpec spec = WithFeatures();

        SpecializedProgram on = Specializer.Specialize(spec, "features");

        Assert.Empty(on.Report.RemovedFunctions);
        Assert.Equal(["counters", "stages"], on.Report.Maps);
        Assert.Equal([new TailCall("stages", 2)], on.Report.TailCalls);
        Assert.Equal([.. new byte[] { 1, 0xfe, 0x40, 0, 2, 0, 0, 0 }, .. new byte[8]], on.Report.Constants[^1].Value.ToArray());
        AssertSame(spec, on.Program);
    }

    [Fact]
    public void Only_maps_that_are_used_are_made()
    {
        ObjectSpec spec = Fixture.Open("tailored");
        spec.ReplaceProgram(Specializer.Specialize(spec, "features").Program);

        using LoadedObject loaded = Fixture.Load(spec, "features");

        Assert.Empty(loaded.Maps);
        Assert.Empty(loaded.Program("features").Info.MapIds);
    }

    [Fact]
    public void A_constant_that_is_chosen_by_its_address_is_chosen_itself()
    {
        ObjectSpec spec = Fixture.Open("tailored");
        spec.SetConstant("choice_a", 11u);
        spec.SetConstant("choice_b", 22u);
        spec.SetConstant("byte", (byte)3);

        SpecializedProgram special = Specializer.Specialize(spec, "chosen");

        Assert.Equal([".rodata"], special.Report.RemovedMaps);
        AssertSame(spec, special.Program);
    }

    [Fact]
    public void A_constant_at_a_place_that_is_computed_is_still_read()
    {
        ObjectSpec spec = Fixture.Open("tailored");
        spec.SetConstant("table", new Int128(4, 3));

        SpecializedProgram special = Specializer.Specialize(spec, "computed");

        Assert.Equal([".rodata"], special.Report.Maps);
        AssertSame(spec, special.Program);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_function_that_a_helper_calls_goes_with_the_call_alone(bool enabled)
    {
        ObjectSpec spec = WithFeatures();
        spec.SetConstant("enabled", enabled);

        SpecializedProgram special = Specializer.Specialize(spec, "looping");

        Assert.Equal(enabled ? [] : ["add_one"], special.Report.RemovedFunctions);
        AssertSame(spec, special.Program);
    }

    [Fact]
    public void What_is_lent_out_by_address_is_read_again()
    {
        ObjectSpec spec = WithFeatures();
        AssertSame(spec, Specializer.Specialize(spec, "lending").Program);
    }

    [Fact]
    public void Source_lines_and_functions_stay_with_their_instructions()
    {
        ObjectSpec spec = Fixture.Open("tailored");
        spec.SetConstant("counting", true);
        SpecializedProgram special = Specializer.Specialize(spec, "features");
        spec.ReplaceProgram(special.Program);
        string listing = spec.Disassemble("features");

        Assert.Equal(["features", "weigh", "count"], special.Program.Functions.Select(function => spec.Btf[function.TypeId].Name));
        Assert.Contains("; __sync_fetch_and_add(value, 1);\n", listing, StringComparison.Ordinal);
        Assert.DoesNotContain("bpf_tail_call", listing, StringComparison.Ordinal);
        uint[] slots = [.. special.Program.Lines.Select(line => line.Slot)];
        Assert.Equal(slots.Distinct().Order(), slots);
        Assert.All(special.Program.Functions, function => Assert.Contains(function.Slot, slots));
    }

    [Fact]
    public void The_spec_is_left_as_it_was()
    {
        ObjectSpec spec = Fixture.Open("tailored");
        string before = spec.Disassemble("features");

        Specializer.Specialize(spec, "features");

        Assert.Equal(before, spec.Disassemble("features"));
        Assert.Throws<ArgumentException>(() => Specializer.Specialize(spec, "nobody"));
    }

    private static ObjectSpec WithFeatures()
    {
        ObjectSpec spec = Fixture.Open("tailored");
        spec.SetConstant("enabled", true);
        spec.SetConstant("counting", true);
        spec.SetConstant("word", 1000u);
        spec.SetConstant("half", (ushort)7);
        spec.SetConstant("wide", 0x1_0000_0001ul);
        spec.SetConstant("limits", [1, 0xfe, 0x40, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        return spec;
    }

    private static void AssertSame(ObjectSpec spec, ProgramSpec special)
    {
        ObjectSpec replaced = spec.Clone();
        replaced.ReplaceProgram(special);
        using LoadedObject generic = Fixture.Load(spec, special.Name), tailored = Fixture.Load(replaced, special.Name);
        Assert.True(special.Instructions.Count < spec.Program(special.Name).Instructions.Count);
        foreach (uint mark in s_marks)
        {
            var context = new SkBuff { Mark = mark };
            Assert.Equal(generic.Run(special.Name, context), tailored.Run(special.Name, context));
        }
    }
}
