using System.Text;
using Ciliate.Bpf.Elf;

namespace Ciliate.Bpf;

/// <summary>Finds single types in a BTF blob that is too large to be made objects of.</summary>
internal readonly ref struct BtfWalk
{
    private const int RecordSize = 12, MemberSize = 12, MaxDepth = 16;

    private readonly BoundedBytes _types, _strings;
    private readonly List<int> _records = [0];

    /// <exception cref="BpfObjectException">The blob is broken, or has a kind of types that is unknown.</exception>
    public BtfWalk(ReadOnlySpan<byte> blob, string file)
    {
        var parts = new BtfParts(blob, file);
        _types = parts.Types;
        _strings = parts.Strings;
        for (int at = 0; at < _types.Length; at += RecordSize + TrailerSize(at))
        {
            _records.Add(at);
        }
    }

    /// <summary>Offsets in bits from the start of the struct, of members that may lie in unnamed structs and unions within it.</summary>
    /// <exception cref="BpfObjectException">There is no such struct, or it has no such member.</exception>
    public Dictionary<string, uint> MemberOffsets(string structure, IReadOnlyList<string> members)
    {
        var found = new Dictionary<string, uint>();
        uint id = Find(structure, BtfKind.Struct);
        Collect(id != 0 ? RecordOf(id) : throw _types.Broken($"has no struct {structure}"), 0, members, found, MaxDepth);
        return members.FirstOrDefault(member => !found.ContainsKey(member)) is { } missing
            ? throw _types.Broken($"struct {structure} has no member {missing}")
            : found;
    }

    /// <summary>Id of the first type of this name and kind; 0: there is none.</summary>
    public uint Find(string name, BtfKind kind)
    {
        byte[] text = Encoding.UTF8.GetBytes(name);
        for (int id = 1; id < _records.Count; id++)
        {
            if (KindAt(_records[id]) == kind && _strings.HasText(_types.U32(_records[id]), text))
            {
                return (uint)id;
            }
        }

        return 0;
    }

    private void Collect(int record, uint start, IReadOnlyList<string> wanted, Dictionary<string, uint> found, int depth)
    {
        // With bit fields the upper byte of an offset is a width.
        uint mask = _types.U32(record + 4) >> 31 != 0 ? 0xffffffu : uint.MaxValue;
        for (int i = 0, member = record + RecordSize; i < CountAt(record); i++, member += MemberSize)
        {
            uint offset = start + (_types.U32(member + 8) & mask);
            string name = _strings.Text(_types.U32(member));
            if (name.Length > 0)
            {
                if (wanted.Contains(name))
                {
                    found.TryAdd(name, offset);
                }
            }
            else if (depth > 0 && RecordOf(_types.U32(member + 4)) is var inner && KindAt(inner) is BtfKind.Struct or BtfKind.Union)
            {
                Collect(inner, offset, wanted, found, depth - 1);
            }
        }
    }

    private int RecordOf(uint type) => type < _records.Count ? _records[(int)type] : throw _types.Broken($"has no type {type}");

    private BtfKind KindAt(int record) => (BtfKind)((_types.U32(record + 4) >> 24) & 0x1f);

    private int CountAt(int record) => (int)(_types.U32(record + 4) & 0xffff);

    /// <summary>Bytes behind the record that belong to it.</summary>
    private int TrailerSize(int record) => KindAt(record) switch
    {
        BtfKind.Int or BtfKind.Variable or BtfKind.DeclarationTag => 4,
        BtfKind.Array => 12,
        BtfKind.Struct or BtfKind.Union or BtfKind.DataSection or BtfKind.Enum64 => CountAt(record) * 12,
        BtfKind.Enum or BtfKind.FunctionPrototype => CountAt(record) * 8,
        > BtfKind.Enum64 and var kind => throw _types.Broken($"has a type of kind {(int)kind}, which is unknown"),
        _ => 0,
    };
}
