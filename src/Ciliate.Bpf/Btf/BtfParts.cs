using Ciliate.Bpf.Elf;

namespace Ciliate.Bpf;

/// <summary>The parts of a BTF blob, by its header.</summary>
internal readonly ref struct BtfParts
{
    internal const string SectionName = ".BTF";
    private const ushort Magic = 0xeb9f;

    private readonly BoundedBytes _types, _strings;

    /// <exception cref="BpfObjectException">It is none.</exception>
    public BtfParts(ReadOnlySpan<byte> blob, string file)
    {
        var header = new BoundedBytes(blob, file, SectionName);
        if (header.U16(0) != Magic || header.U8(2) != 1)
        {
            throw header.Broken("is not BTF version 1 in little-endian order");
        }

        long start = header.U32(4);
        if (start < BtfParser.HeaderSize)
        {
            throw header.Broken($"has a header of {start} bytes");
        }

        TypesStart = start + header.U32(8);
        _types = new BoundedBytes(header.Slice(TypesStart, header.U32(12)), file, SectionName);
        _strings = new BoundedBytes(header.Slice(start + header.U32(16), header.U32(20)), file, SectionName);
    }

    /// <summary>Bytes before the records.</summary>
    public long TypesStart { get; }

    public BoundedBytes Types => _types;

    public BoundedBytes Strings => _strings;
}
