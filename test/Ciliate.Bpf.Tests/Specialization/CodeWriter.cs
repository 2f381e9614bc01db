namespace Ciliate.Bpf.Tests.Specialization;

/// <summary>Writes instructions by hand, with labels for jumps and calls.</summary>
internal sealed class CodeWriter
{
    private readonly List<Instruction> _code = [];
    private readonly List<MapReference> _maps = [];
    private readonly List<FunctionInfo> _functions = [];
    private readonly List<(int Slot, int Label)> _jumps = [];
    private readonly List<int> _labels = [];

    public int NewLabel()
    {
        _labels.Add(-1);
        return _labels.Count - 1;
    }

    public void Place(int label) => _labels[label] = _code.Count;

    /// <summary>A function of this BTF type begins here.</summary>
    public void Function(uint type) => _functions.Add(new FunctionInfo((uint)_code.Count, type));

    public void Put(int code, int destination = 0, int source = 0, int offset = 0, int immediate = 0) =>
        _code.Add(new Instruction((byte)code, destination, source, (short)offset, immediate));

    public void Move(int register, int number) => Put(0xb7, register, immediate: number);

    public void Copy(int register, int from) => Put(0xbf, register, from);

    public void Wide(int register, ulong number)
    {
        Put(0x18, register, immediate: (int)number);
        Put(0, immediate: (int)(number >> 32));
    }

    public void MapValue(int register, int map, int offset)
    {
        _maps.Add(new MapReference(_code.Count, map, IsValue: true, offset));
        Wide(register, 0);
    }

    public void Map(int register, int map)
    {
        _maps.Add(new MapReference(_code.Count, map, IsValue: false, 0));
        Wide(register, 0);
    }

    public void Jump(int label, int code = 0x05, int destination = 0, int source = 0, int immediate = 0)
    {
        _jumps.Add((_code.Count, label));
        Put(code, destination, source, 0, immediate);
    }

    public void Call(int label)
    {
        _jumps.Add((_code.Count, label));
        Put(0x85, source: 1);
    }

    public void Helper(int number) => Put(0x85, immediate: number);

    public void Exit() => Put(0x95);

    public LinkedCode Finish()
    {
        foreach ((int slot, int label) in _jumps)
        {
            int distance = _labels[label] - slot - 1;
            _code[slot] = _code[slot].IsFunctionCall || _code[slot].Code == 0x06
                ? _code[slot] with { Immediate = distance }
                : _code[slot] with { Offset = checked((short)distance) };
        }

        return new LinkedCode([.. _code], [.. _maps], [], [.. _functions], []);
    }
}
