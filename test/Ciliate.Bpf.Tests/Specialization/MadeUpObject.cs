using System.Runtime.InteropServices;
using Ciliate.Bpf.Specialization;
using Ciliate.Bpf.Tests.Specialization.Machine;

namespace Ciliate.Bpf.Tests.Specialization;

/// <summary>The maps and types that made-up programs use: those of the test object, whose program <c>made_up</c> they stand in
/// for.</summary>
internal sealed class MadeUpObject
{
    public const string Program = "made_up";

    /// <summary>bpf_skb_load_bytes.</summary>
    public const int LoadBytes = 26;

    /// <summary>cb of struct __sk_buff: five numbers that a test run takes.</summary>
    public const int FirstInput = 48;

    /// <summary>Of the registers at the end; what follows in the section the program writes to meanwhile.</summary>
    public const int ResultBytes = 64;

    private static readonly ObjectSpec s_blueprint = Fixture.Open("tailored");
    private readonly ObjectSpec _spec = s_blueprint.Clone();

    /// <param name="seed">Of the constants.</param>
    public MadeUpObject(int seed)
    {
        var random = new Random(seed);
        foreach (ConstantSpec constant in _spec.Constants)
        {
            byte[] value = new byte[constant.Size];
            random.NextBytes(value);
            if (random.Next(2) == 0)
            {
                Array.Clear(value, 1, value.Length - 1); // small numbers are what conditions ask for
            }

            _spec.SetConstant(constant.Name, value);
        }
    }

    public ObjectSpec Spec => _spec;

    public int Constants => IndexOf(".rodata");

    public int ConstantSize => _spec.Maps[Constants].ValueSize;

    public int Results => IndexOf(".data");

    public uint EntryType => TypeOf(Program);

    public uint StaticType => TypeOf("count");

    public uint GlobalType => TypeOf("fill");

    public ProgramSpec ProgramOf(LinkedCode code) => _spec.Program(Program).With(code);

    /// <summary>The spec with the program in its place.</summary>
    public ObjectSpec With(ProgramSpec program)
    {
        ObjectSpec spec = _spec.Clone();
        spec.ReplaceProgram(program);
        return spec;
    }

    public SpecializedProgram Specialize(LinkedCode code) => Specializer.Specialize(With(ProgramOf(code)), Program);

    /// <summary>Runs the code here, on made-up memory.</summary>
    public Outcome Interpret(LinkedCode code, byte[] frame, SkBuff context)
    {
        byte[] results = [.. _spec.DataSection(".data").Span];
        var machine = new Interpreter(code, (call, memory) => Help(call, memory, frame));
        machine.Memory.Place(Interpreter.ContextPiece, MemoryMarshal.AsBytes(new ReadOnlySpan<SkBuff>(in context)).ToArray());
        machine.Memory.Place(Interpreter.FirstMapPiece + Constants, _spec.DataSection(".rodata").ToArray());
        machine.Memory.Place(Interpreter.FirstMapPiece + Results, results);
        ulong value = machine.Run();
        return new Outcome((int)value, results, machine.Calls);
    }

    /// <summary>Runs the code in the kernel.</summary>
    public Outcome Execute(ProgramSpec program, byte[] frame, SkBuff context)
    {
        using LoadedObject loaded = Fixture.Load(With(program), Program);
        int value = loaded.Program(Program).TestRun(new TestRunInput { Data = frame, Context = context }).ReturnValue;
        return new Outcome(value, loaded.Map(".data").ReadElement(0), []);
    }

    private static ulong Help(HelperCall call, Memory memory, byte[] frame)
    {
        if (call.Helper != LoadBytes)
        {
            throw new InvalidOperationException($"nobody made helper {call.Helper} up");
        }

        int offset = (int)call.Second, length = (int)call.Fourth;
        Span<byte> to = memory.At(call.Third, length);
        if (offset + length > frame.Length)
        {
            to.Clear();
            return unchecked((ulong)-14); // EFAULT
        }

        frame.AsSpan(offset, length).CopyTo(to);
        return 0;
    }

    private int IndexOf(string map) => _spec.Maps.ToList().FindIndex(other => other.Name == map);

    private uint TypeOf(string function) => _spec.Btf.Find(function, BtfKind.Function)!.Id;
}

/// <summary>What a program did.</summary>
internal sealed record Outcome(int Value, byte[] Results, IReadOnlyList<HelperCall> Calls)
{
    public bool SameAs(Outcome other) => Value == other.Value && Results.SequenceEqual(other.Results);

    public bool SameCallsAs(Outcome other) => Calls.SequenceEqual(other.Calls);

    public override string ToString() => $"{Value}, {Convert.ToHexString(Results)}, {Calls.Count} calls";
}
