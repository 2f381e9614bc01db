using Ciliate.Linux;
using Xunit;

namespace Ciliate.Bpf.Tests.Programs;

public sealed class ProgramTests
{
    [Fact]
    public void Constants_set_before_load_are_what_the_program_sees()
    {
        ObjectSpec spec = Fixture.Open("programs");
        spec.SetConstant("answer", 4711u);
        spec.SetConstant("enabled", true);
        spec.SetConstant("six", [1, 0, 0, 0, 0, 6]);
        spec.SetConstant("numbers", [0, 0, 0, 0, 100, 0]);
        using LoadedObject loaded = Fixture.Load(spec);

        Assert.Equal(4711, loaded.Run("answer_of_constant"));
        Assert.Equal(107, loaded.Run("sum_of_constants"));
    }

    [Fact]
    public void The_verifier_knows_constants_and_drops_what_they_switch_off()
    {
        ObjectSpec spec = Fixture.Open("programs");
        using LoadedObject off = Fixture.Load(spec, "sum_of_constants");
        spec.SetConstant("enabled", true);
        using LoadedObject on = Fixture.Load(spec, "sum_of_constants");

        Assert.True(off.Program("sum_of_constants").Info.JitedSize < on.Program("sum_of_constants").Info.JitedSize);
        Assert.Equal(0, off.Run("sum_of_constants"));
    }

    [Fact]
    public void Data_begins_with_its_initial_values_and_is_shared_by_the_programs_of_an_object()
    {
        using LoadedObject loaded = Fixture.Load("programs");

        Assert.Equal(1000, loaded.Run("count_in_data"));
        Assert.Equal(1001, loaded.Run("count_in_data"));
        Assert.Equal(6, loaded.Run("read_hidden"));
        using MappedArray<uint> data = loaded.Map(".data").Mapped<uint>();
        Assert.Equal(1002u, data[0]);
    }

    [Fact]
    public void Functions_call_each_other()
    {
        using LoadedObject loaded = Fixture.Load("programs");

        Assert.Equal(23, loaded.Run("through_functions", new SkBuff { Mark = 10 }));
        Assert.Equal(20, loaded.Run("through_leaf", new SkBuff { Mark = 10 }));
        Assert.Equal(10, loaded.Run("needs_other_function", new SkBuff { Mark = 10 }));
        Assert.Equal(5, loaded.Run("loop"));
    }

    [Fact]
    public void A_test_run_takes_and_returns_the_context()
    {
        using LoadedObject loaded = Fixture.Load("programs", "set_mark");

        TestRunResult result = loaded.Program("set_mark").TestRun(new TestRunInput { Data = Fixture.Frame, Context = new SkBuff { Mark = 5 } });

        Assert.Equal((6u, 7u), (result.Context!.Value.Mark, result.Context.Value.Control[0]));
    }

    [Fact]
    public void A_test_run_returns_the_packet_as_the_program_left_it()
    {
        using LoadedObject loaded = Fixture.Load("programs", "flip");

        TestRunResult result = loaded.Program("flip").TestRun(new TestRunInput { Data = Fixture.Frame });

        Assert.Equal(2, result.ReturnValue);
        Assert.Equal([0xff, .. Fixture.Frame[1..]], result.Data.ToArray());
    }

    [Fact]
    public void A_test_run_repeats_and_measures()
    {
        using LoadedObject loaded = Fixture.Load("programs", "count_in_map");

        TestRunResult result = loaded.Program("count_in_map").TestRun(new TestRunInput { Data = Fixture.Frame, Repeat = 1000 });

        Assert.InRange(result.NanosecondsPerRun, 1u, 1_000_000u);
        Assert.Equal(1000ul, loaded.Map("counters").As<uint, ulong>()[1]);
    }

    [Fact]
    public void A_syscall_program_writes_to_its_context()
    {
        using LoadedObject loaded = Fixture.Load("programs", "add");

        TestRunResult result = loaded.Program("add").TestRun(
            new TestRunInput { RawContext = new byte[] { 3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } });

        Assert.Equal((3, 7), (result.ReturnValue, result.RawContext.Span[16]));
    }

    [Fact]
    public void Input_that_the_kernel_refuses_is_an_error_that_names_the_program()
    {
        using LoadedObject loaded = Fixture.Load("programs", "flip");

        var error = Assert.Throws<LinuxException>(() => loaded.Program("flip").TestRun(new TestRunInput { Data = new byte[3] }));

        Assert.Equal("run program flip: Invalid argument (EINVAL)", error.Message);
    }

    [Fact]
    public void The_kernel_tells_about_a_program()
    {
        using LoadedObject loaded = Fixture.Load("programs", "count_in_map");
        ProgramInfo info = loaded.Program("count_in_map").Info;

        Assert.Equal((ProgramType.SchedCls, "count_in_map"), (info.Type, info.Name));
        Assert.Equal(16, info.Tag.Length);
        Assert.Equal([loaded.Map("counters").Info.Id], info.MapIds);
        Assert.True(info is { TranslatedSize: > 0, JitedSize: > 0, VerifiedInstructions: > 0 });
        Assert.InRange(info.LoadedAfterBoot, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(Environment.TickCount64 + 60_000));
        using var again = BpfProgram.Open(info.Id);
        Assert.Equal(info.Tag, again.Info.Tag);
        Assert.Equal("count_in_map", again.Name);
    }

    [Fact]
    public void A_program_array_jumps()
    {
        using LoadedObject loaded = Fixture.Load("maps");
        Assert.Equal(5, loaded.Run("jump"));

        loaded.Map("jumps").As<uint, int>().Update(1, loaded.Program("landing").Descriptor.Number);

        Assert.Equal(6, loaded.Run("jump"));
    }
}
