using System.Buffers.Binary;
using System.Text;

namespace Ciliate.Bpf;

/// <summary>A BTF with more at its end: functions of another object, and that object's strings. What was there keeps its ids and places.</summary>
/// <param name="Btf">The larger one.</param>
/// <param name="FirstFunction">Type id of the first function that was added; the others follow.</param>
/// <param name="StringShift">What the place of a string of the other object grows by.</param>
internal sealed record BtfExtension(BtfSpec Btf, uint FirstFunction, uint StringShift)
{
    private const int HeaderSize = 24;
    private const int TypesLengthField = 12, StringsField = 16, StringsLengthField = 20;
    private const int RecordSize = 12;
    private const int KindShift = 24;

    /// <param name="functions">Their names. Nothing is said of what they take, which the verifier takes from their callers: it believes that of
    /// static functions.</param>
    public static BtfExtension Of(BtfSpec btf, BtfSpec other, IReadOnlyList<string> functions, string file)
    {
        uint number = btf.Find("int", BtfKind.Int)?.Id ?? throw btf.Broken("has no type int");
        ReadOnlySpan<byte> types = TypesOf(btf), strings = StringsOf(btf), otherStrings = StringsOf(other);
        uint prototype = (uint)btf.Types.Count;
        var added = new List<byte>();
        var names = new List<byte>();
        Append(added, 0, BtfKind.FunctionPrototype, number);
        foreach (string name in functions)
        {
            Append(added, (uint)(strings.Length + otherStrings.Length + names.Count), BtfKind.Function, prototype);
            names.AddRange(Encoding.UTF8.GetBytes(name));
            names.Add(0);
        }

        byte[] blob = [.. btf.Blob.Span[..HeaderSize], .. types, .. added, .. strings, .. otherStrings, .. names];
        WriteHeader(blob, types.Length + added.Count, strings.Length + otherStrings.Length + names.Count);
        return new BtfExtension(BtfSpec.Parse(blob, file), prototype + 1, (uint)strings.Length);
    }

    /// <summary>Without members or parameters; a function of it is static.</summary>
    private static void Append(List<byte> types, uint name, BtfKind kind, uint type)
    {
        Span<byte> record = stackalloc byte[RecordSize];
        BinaryPrimitives.WriteUInt32LittleEndian(record, name);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], (uint)kind << KindShift);
        BinaryPrimitives.WriteUInt32LittleEndian(record[8..], type);
        types.AddRange(record);
    }

    private static void WriteHeader(Span<byte> blob, int typesLength, int stringsLength)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(blob[4..], HeaderSize);
        BinaryPrimitives.WriteUInt32LittleEndian(blob[8..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(blob[TypesLengthField..], (uint)typesLength);
        BinaryPrimitives.WriteUInt32LittleEndian(blob[StringsField..], (uint)typesLength);
        BinaryPrimitives.WriteUInt32LittleEndian(blob[StringsLengthField..], (uint)stringsLength);
    }

    private static ReadOnlySpan<byte> TypesOf(BtfSpec btf) => Part(btf, 8);

    private static ReadOnlySpan<byte> StringsOf(BtfSpec btf) => Part(btf, StringsField);

    // The parser has checked that both lie inside.
    private static ReadOnlySpan<byte> Part(BtfSpec btf, int field)
    {
        ReadOnlySpan<byte> blob = btf.Blob.Span;
        int header = BinaryPrimitives.ReadInt32LittleEndian(blob[4..]);
        return blob.Slice(header + BinaryPrimitives.ReadInt32LittleEndian(blob[field..]), BinaryPrimitives.ReadInt32LittleEndian(blob[(field + 4)..]));
    }
}
