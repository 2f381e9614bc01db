using Ciliate.Bpf;

namespace Ciliate.Datapath.Tailoring;

/// <summary>A place in code that jumps go to.</summary>
internal sealed class CodeLabel
{
    public int Slot { get; set; } = -1;
}

/// <summary>Writes a function that compares 32 bits of registers with numbers and returns one. Jumps go forward only, as the verifier of every
/// kernel takes them. Instructions: RFC 9669.</summary>
internal sealed class CodeWriter
{
    private const byte Jump32EqualImmediate = 0x16, Jump32NotLessImmediate = 0x36, JumpAlways = 0x05,
        MoveImmediate64 = 0xb7, LoadImmediate64 = 0x18, Exit = 0x95;

    private readonly List<Instruction> _code = [];
    private readonly List<(int Slot, CodeLabel Label)> _jumps = [];

    /// <summary>Slots of 8 bytes.</summary>
    public int Length => _code.Count;

    public void Place(CodeLabel label) => label.Slot = _code.Count;

    public void Jump(CodeLabel label) => Add(JumpAlways, 0, 0, label);

    public void JumpIfEqual(int register, uint number, CodeLabel label) => Add(Jump32EqualImmediate, register, number, label);

    /// <summary>Unsigned.</summary>
    public void JumpIfNotLess(int register, uint number, CodeLabel label) => Add(Jump32NotLessImmediate, register, number, label);

    public void Return(ulong number)
    {
        if (number <= int.MaxValue)
        {
            _code.Add(new Instruction(MoveImmediate64, 0, 0, 0, (int)number));
        }
        else
        {
            _code.Add(new Instruction(LoadImmediate64, 0, 0, 0, (int)number));
            _code.Add(new Instruction(0, 0, 0, 0, (int)(number >> 32)));
        }
        _code.Add(new Instruction(Exit, 0, 0, 0, 0));
    }

    /// <summary>With all jumps settled.</summary>
    public Instruction[] Finish()
    {
        foreach (var (slot, label) in _jumps)
            _code[slot] = _code[slot] with { Offset = checked((short)(label.Slot - slot - 1)) };
        return [.. _code];
    }

    private void Add(byte code, int register, uint number, CodeLabel label)
    {
        _jumps.Add((_code.Count, label));
        _code.Add(new Instruction(code, register, 0, 0, (int)number));
    }
}
