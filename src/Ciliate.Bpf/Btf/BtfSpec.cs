using System.Text;
using Ciliate.Bpf.Elf;

namespace Ciliate.Bpf;

/// <summary>The types of an object file or of the kernel, parsed and checked: every id that a type refers to exists.</summary>
public sealed class BtfSpec
{
    // The kernel resolves no deeper either (MAX_RESOLVE_DEPTH); it ends loops of typedefs in broken files.
    private const int MaxDepth = 32;

    private readonly BtfType[] _types;
    private readonly Lazy<ILookup<string, BtfType>> _byName;
    private readonly string _file;

    private BtfSpec(ReadOnlyMemory<byte> blob, string file)
    {
        Blob = blob;
        _file = file;
        _types = new BtfParser(blob.Span, file).ReadTypes();
        _byName = new(() => _types.Where(type => type.Name.Length > 0).ToLookup(type => type.Name));
        foreach (BtfType type in _types)
        {
            CheckReferences(type);
        }
    }

    /// <summary>By id; 0 is void.</summary>
    public IReadOnlyList<BtfType> Types => _types;

    /// <summary>The BTF as it stood in the file.</summary>
    public ReadOnlyMemory<byte> Blob { get; }

    /// <param name="blob">The content of section .BTF, or of /sys/kernel/btf/vmlinux.</param>
    /// <param name="file">Named in errors.</param>
    /// <exception cref="BpfObjectException">The BTF is broken.</exception>
    public static BtfSpec Parse(ReadOnlyMemory<byte> blob, string file) => new(blob, file);

    public BtfType this[uint id] => id < _types.Length ? _types[id] : throw Broken($"refers to type {id} of {_types.Length}");

    /// <summary>The first type of this name and kind, or null.</summary>
    public BtfType? Find(string name, BtfKind kind) => _byName.Value[name].FirstOrDefault(type => type.Kind == kind);

    /// <summary>The texts of all declaration tags of a type as a whole.</summary>
    public IEnumerable<string> TagsOf(uint id) =>
        _types.OfType<BtfDeclarationTag>().Where(tag => tag.TypeId == id && tag.ComponentIndex < 0).Select(tag => tag.Name);

    /// <summary>The type behind typedefs, const, volatile, restrict and type tags.</summary>
    public BtfType Resolve(uint id)
    {
        for (int depth = 0; depth < MaxDepth; depth++)
        {
            BtfType type = this[id];
            if (type is not BtfReference { Kind: not BtfKind.Pointer } reference)
            {
                return type;
            }

            id = reference.TypeId;
        }

        throw Broken($"type {id} is nested deeper than {MaxDepth}");
    }

    /// <summary>Bytes that a value of the type takes.</summary>
    /// <exception cref="BpfObjectException">The type has no size, such as void or a function.</exception>
    public int SizeOf(uint id)
    {
        long count = 1;
        for (int depth = 0; depth < MaxDepth; depth++)
        {
            BtfType type = Resolve(id);
            if (type is not BtfArray array)
            {
                long size = count * ScalarSize(type);
                return size <= int.MaxValue ? (int)size : throw Broken($"{type.CName} is too large");
            }

            count *= array.Count;
            id = array.ElementTypeId;
            if (count > int.MaxValue)
            {
                break;
            }
        }

        throw Broken($"the array of type {id} is too large");
    }

    /// <summary>The type in C's words, for messages: "const __u32", "struct mac[2]".</summary>
    public string Describe(uint id)
    {
        var text = new StringBuilder();
        for (int depth = 0; depth < MaxDepth; depth++)
        {
            switch (this[id])
            {
                case BtfReference { Kind: BtfKind.Pointer } pointer:
                    text.Insert(0, " *");
                    id = pointer.TypeId;
                    break;
                case BtfReference { Kind: not BtfKind.Typedef } qualifier:
                    id = qualifier.TypeId;
                    break;
                case BtfArray array:
                    text.Append(System.Globalization.CultureInfo.InvariantCulture, $"[{array.Count}]");
                    id = array.ElementTypeId;
                    break;
                case var type:
                    return text.Insert(0, type.CName).ToString();
            }
        }

        throw Broken($"type {id} is nested deeper than {MaxDepth}");
    }

    /// <summary>A string of the string section, as .BTF.ext refers to them.</summary>
    internal string StringAt(uint offset)
    {
        var header = new BoundedBytes(Blob.Span, _file, BtfParser.SectionName);
        return new BoundedBytes(header.Slice((long)header.U32(4) + header.U32(16), header.U32(20)), _file, BtfParser.SectionName).Text(offset);
    }

    /// <summary>"file.c:12: the source line".</summary>
    internal string Describe(LineInfo line) => $"{Path.GetFileName(StringAt(line.FileOffset))}:{line.Line}: {StringAt(line.TextOffset).Trim()}";

    internal BpfObjectException Broken(string reason) => new(_file, BtfParser.SectionName, reason);

    private uint ScalarSize(BtfType type) => type switch
    {
        BtfInt t => t.Size,
        BtfReference => sizeof(ulong),
        BtfComposite t => t.Size,
        BtfEnum t => t.Size,
        BtfFloat t => t.Size,
        BtfDataSection t => t.Size,
        _ => throw Broken($"{type.CName} has no size"),
    };

    private void CheckReferences(BtfType type)
    {
        switch (type)
        {
            case BtfReference t: _ = this[t.TypeId]; break;
            case BtfArray t: _ = this[t.ElementTypeId]; break;
            case BtfFunction t: Expect<BtfFunctionPrototype>(t.PrototypeId, t); break;
            case BtfVariable t: _ = this[t.TypeId]; break;
            case BtfDeclarationTag t: _ = this[t.TypeId]; break;
            case BtfComposite t:
                foreach (BtfMember member in t.Members)
                {
                    _ = this[member.TypeId];
                }

                break;
            case BtfFunctionPrototype t:
                _ = this[t.ReturnTypeId];
                foreach (BtfParameter parameter in t.Parameters)
                {
                    _ = this[parameter.TypeId];
                }

                break;
            case BtfDataSection t:
                foreach (BtfSectionVariable variable in t.Variables)
                {
                    // Kernel modules list functions in sections; object files list variables.
                    _ = this[variable.VariableId];
                }

                break;
            default:
                break;
        }
    }

    private void Expect<T>(uint id, BtfType askedBy) where T : BtfType
    {
        if (this[id] is not T)
        {
            throw Broken($"{askedBy.CName} refers to type {id}, which is {this[id].Kind}");
        }
    }
}
