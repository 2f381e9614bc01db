using Xunit;

namespace Ciliate.Bpf.Tests.Specialization;

/// <summary>Programs made up at random do the same before and after, in an interpreter that is itself compared with the kernel.</summary>
public sealed class MadeUpProgramTests
{
    private const int InKernel = 200, Interpreted = 1500, Inputs = 3;

    public static TheoryData<string> Passes => [.. SinglePass.Names];

    public static TheoryData<string> Mistakes => [.. Faults.Names];

    [Fact]
    public void The_interpreter_does_what_the_kernel_does() => ForEach(InKernel, (seed, madeUp) =>
    {
        ProgramSpec program = madeUp.ProgramOf(ProgramMaker.Make(seed, madeUp));
        (byte[] frame, SkBuff context) = InputOf(seed);

        Outcome here = madeUp.Interpret(program.Code, frame, context), there = madeUp.Execute(program, frame, context);

        Assert.True(here.SameAs(there), $"seed {seed}: interpreter {here}, kernel {there}");
    });

    [Theory, MemberData(nameof(Passes))]
    public void Every_pass_alone_keeps_what_a_program_does(string pass) => ForEach(Interpreted, (seed, madeUp) =>
    {
        ProgramSpec program = madeUp.ProgramOf(ProgramMaker.Make(seed, madeUp));
        AssertSame(seed, madeUp, program.Code, SinglePass.Run(pass, madeUp.With(program), program));
    });

    [Fact]
    public void All_passes_together_keep_what_a_program_does()
    {
        int before = 0, after = 0;
        ForEach(Interpreted, (seed, madeUp) =>
        {
            LinkedCode code = ProgramMaker.Make(seed, madeUp);
            LinkedCode special = madeUp.Specialize(code).Program.Code;
            AssertSame(seed, madeUp, code, special);
            before += code.Instructions.Length;
            after += special.Instructions.Length;
        });
        Assert.True(after < before * 3 / 4, $"of {before} instructions {after} are left: there was little to do");
    }

    [Fact]
    public void The_kernel_takes_what_is_left_and_does_the_same() => ForEach(InKernel, (seed, madeUp) =>
    {
        ProgramSpec special = madeUp.Specialize(ProgramMaker.Make(seed, madeUp)).Program;
        (byte[] frame, SkBuff context) = InputOf(seed);

        Outcome here = madeUp.Interpret(special.Code, frame, context), there = madeUp.Execute(special, frame, context);

        Assert.True(here.SameAs(there), $"seed {seed}: interpreter {here}, kernel {there}");
    });

    [Fact]
    public void What_is_specialized_has_nothing_left_to_specialize() => ForEach(InKernel, (seed, madeUp) =>
    {
        LinkedCode once = madeUp.Specialize(ProgramMaker.Make(seed, madeUp)).Program.Code;

        Assert.Equal(once.Instructions, madeUp.Specialize(once).Program.Code.Instructions);
    });

    /// <summary>What checks the passes is checked itself.</summary>
    [Theory, MemberData(nameof(Mistakes))]
    public void A_fault_is_noticed(string fault)
    {
        for (int seed = 0; seed < Interpreted; seed++)
        {
            var madeUp = new MadeUpObject(seed);
            ProgramSpec program = madeUp.ProgramOf(ProgramMaker.Make(seed, madeUp));
            if (IsNoticed(seed, madeUp, program, Faults.Run(fault, madeUp.With(program), program)))
            {
                return;
            }
        }

        Assert.Fail($"in {Interpreted} programs nobody noticed that {fault}");
    }

    private static bool IsNoticed(int seed, MadeUpObject madeUp, ProgramSpec program, LinkedCode faulty)
    {
        try
        {
            AssertSame(seed, madeUp, program.Code, faulty);
            return false;
        }
        catch (Exception difference) when (difference is Xunit.Sdk.XunitException or InvalidOperationException)
        {
            return true;
        }
    }

    private static void ForEach(int count, Action<int, MadeUpObject> check)
    {
        for (int seed = 0; seed < count; seed++)
        {
            check(seed, new MadeUpObject(seed));
        }
    }

    private static void AssertSame(int seed, MadeUpObject madeUp, LinkedCode before, LinkedCode after)
    {
        for (int input = 0; input < Inputs; input++)
        {
            (byte[] frame, SkBuff context) = InputOf(seed * Inputs + input);
            Outcome expected = madeUp.Interpret(before, frame, context), found = madeUp.Interpret(after, frame, context);
            Assert.True(expected.SameAs(found) && expected.SameCallsAs(found), $"seed {seed}: {expected} before, {found} after");
        }
    }

    private static (byte[] Frame, SkBuff Context) InputOf(int seed)
    {
        var random = new Random(seed);
        byte[] frame = new byte[64];
        random.NextBytes(frame);
        var context = default(SkBuff);
        for (int i = 0; i < 5; i++)
        {
            context.Control[i] = random.Next(3) == 0 ? (uint)random.Next(-2, 3) : (uint)random.NextInt64(uint.MaxValue);
        }

        return (frame, context);
    }
}
