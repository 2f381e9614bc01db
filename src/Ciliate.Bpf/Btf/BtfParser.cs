using Ciliate.Bpf.Elf;

namespace Ciliate.Bpf;

/// <summary>Reads the records of a BTF blob. All kinds that Linux 6.18 knows; an unknown one is an error, since its length is unknown too.</summary>
internal ref struct BtfParser
{
    internal const string SectionName = BtfParts.SectionName;
    internal const int HeaderSize = 24;
    private const int RecordSize = 12;

    private readonly BoundedBytes _types;
    private readonly BoundedBytes _strings;
    private readonly int _typesStart;
    private int _at;

    public BtfParser(ReadOnlySpan<byte> blob, string file)
    {
        var parts = new BtfParts(blob, file);
        _types = parts.Types;
        _strings = parts.Strings;
        _typesStart = (int)parts.TypesStart;
    }

    public BtfType[] ReadTypes()
    {
        var types = new List<BtfType> { new BtfVoid() };
        while (_at < _types.Length)
        {
            types.Add(ReadType((uint)types.Count));
        }

        return [.. types];
    }

    private BtfType ReadType(uint id)
    {
        int record = _at;
        string name = Name(_types.U32(record));
        uint info = _types.U32(record + 4);
        uint sizeOrType = _types.U32(record + 8);
        _at += RecordSize;
        var kind = (BtfKind)((info >> 24) & 0x1f);
        int count = (int)(info & 0xffff);
        bool flag = info >> 31 != 0;
        return kind switch
        {
            BtfKind.Int => ReadInt(id, name, sizeOrType),
            BtfKind.Pointer or BtfKind.Typedef or BtfKind.Volatile or BtfKind.Const or BtfKind.Restrict or BtfKind.TypeTag =>
                new BtfReference(id, kind, name, sizeOrType),
            BtfKind.Array => ReadArray(id),
            BtfKind.Struct or BtfKind.Union => new BtfComposite(id, kind, name, sizeOrType, ReadMembers(count, flag)),
            BtfKind.Enum => new BtfEnum(id, kind, name, sizeOrType, flag, ReadEnumValues(count, flag)),
            BtfKind.Enum64 => new BtfEnum(id, kind, name, sizeOrType, flag, ReadEnum64Values(count)),
            BtfKind.Forward => new BtfForward(id, name, flag),
            BtfKind.Function => new BtfFunction(id, name, sizeOrType, count) { RecordOffset = _typesStart + record },
            BtfKind.FunctionPrototype =>
                new BtfFunctionPrototype(id, sizeOrType, ReadParameters(count)) { RecordOffset = _typesStart + record },
            BtfKind.Variable => new BtfVariable(id, name, sizeOrType, Take(4).U32(0)),
            BtfKind.DataSection => new BtfDataSection(id, name, sizeOrType, ReadSectionVariables(count)) { RecordOffset = _typesStart + record },
            BtfKind.Float => new BtfFloat(id, name, sizeOrType),
            BtfKind.DeclarationTag => new BtfDeclarationTag(id, name, sizeOrType, Take(4).I32(0)),
            _ => throw _types.Broken($"type {id} has kind {(int)kind}, which is unknown"),
        };
    }

    private readonly string Name(uint offset) => offset == 0 ? "" : _strings.Text(offset);

    private BoundedBytes Take(int length)
    {
        ReadOnlySpan<byte> part = _types.Slice(_at, length);
        _at += length;
        return new BoundedBytes(part, "", SectionName);
    }

    private BtfInt ReadInt(uint id, string name, uint size)
    {
        uint data = Take(4).U32(0);
        uint encoding = data >> 24;
        return new BtfInt(
            id, name, size, (encoding & 1) != 0, (encoding & 2) != 0, (encoding & 4) != 0, (int)((data >> 16) & 0xff), (int)(data & 0xff));
    }

    private BtfArray ReadArray(uint id)
    {
        BoundedBytes data = Take(12);
        return new BtfArray(id, data.U32(0), data.U32(4), data.U32(8));
    }

    private BtfMember[] ReadMembers(int count, bool hasBitFields)
    {
        BoundedBytes data = Take(count * 12);
        var members = new BtfMember[count];
        for (int i = 0; i < count; i++)
        {
            uint offset = data.U32(i * 12 + 8);
            members[i] = new BtfMember(
                Name(data.U32(i * 12)), data.U32(i * 12 + 4), hasBitFields ? offset & 0xffffff : offset, hasBitFields ? (int)(offset >> 24) : 0);
        }

        return members;
    }

    private BtfEnumValue[] ReadEnumValues(int count, bool isSigned)
    {
        BoundedBytes data = Take(count * 8);
        var values = new BtfEnumValue[count];
        for (int i = 0; i < count; i++)
        {
            int value = data.I32(i * 8 + 4);
            values[i] = new BtfEnumValue(Name(data.U32(i * 8)), isSigned ? value : (uint)value);
        }

        return values;
    }

    private BtfEnumValue[] ReadEnum64Values(int count)
    {
        BoundedBytes data = Take(count * 12);
        var values = new BtfEnumValue[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = new BtfEnumValue(Name(data.U32(i * 12)), (long)data.U64(i * 12 + 4));
        }

        return values;
    }

    private BtfParameter[] ReadParameters(int count)
    {
        BoundedBytes data = Take(count * 8);
        var parameters = new BtfParameter[count];
        for (int i = 0; i < count; i++)
        {
            parameters[i] = new BtfParameter(Name(data.U32(i * 8)), data.U32(i * 8 + 4));
        }

        return parameters;
    }

    private BtfSectionVariable[] ReadSectionVariables(int count)
    {
        BoundedBytes data = Take(count * 12);
        var variables = new BtfSectionVariable[count];
        for (int i = 0; i < count; i++)
        {
            variables[i] = new BtfSectionVariable(data.U32(i * 12), data.U32(i * 12 + 4), data.U32(i * 12 + 8));
        }

        return variables;
    }
}
