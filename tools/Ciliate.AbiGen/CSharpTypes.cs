using Ciliate.Bpf;

namespace Ciliate.AbiGen;

/// <summary>How a member's type is written in C#. Remembers the inline arrays that have to be declared.</summary>
internal sealed class CSharpTypes(BtfSpec btf, TypeSelection selection)
{
    private readonly SortedDictionary<string, (string Element, uint Count)> _arrays = new(StringComparer.Ordinal);

    public IEnumerable<KeyValuePair<string, (string Element, uint Count)>> Arrays => _arrays;

    public string NameOf(uint id, string member)
    {
        for (BtfType type = btf[id]; type is BtfReference { Kind: not BtfKind.Pointer } word; type = btf[word.TypeId])
        {
            switch (word.Name)
            {
                case "__be16": return nameof(Be16);
                case "__be32": return nameof(Be32);
                case "__be64": throw new AbiException($"{member} is __be64, for which there is no C# type");
                default: break;
            }
        }

        return btf.Resolve(id) switch
        {
            BtfInt number => Integer(number, member),
            BtfFloat { Size: 4 } => "float",
            BtfFloat { Size: 8 } => "double",
            BtfArray array => ArrayOf(array, member),
            BtfComposite or BtfEnum => selection.CSharpNameOf(btf.Resolve(id)),
            BtfReference => throw new AbiException($"{member} is a pointer, which means nothing outside the kernel"),
            var other => throw new AbiException($"{member} is {other.CName}, for which there is no C# type"),
        };
    }

    public static string Underlying(BtfEnum type)
    {
        // clang does this when the base type is a typedef.
        if (type is { Kind: BtfKind.Enum, Size: > sizeof(uint) })
        {
            throw new AbiException($"{type.CName} has its values cut to 32 bits: write its base type as unsigned long long, not by a typedef");
        }

        return Integer(type.Size, type.IsSigned) ?? throw new AbiException($"{type.CName} has {type.Size} bytes, for which there is no C# type");
    }

    private static string Integer(BtfInt type, string member) => type.IsBool
        ? "bool"
        : Integer(type.Size, type.IsSigned && !IsText(type)) ?? throw new AbiException($"{member} has {type.Size} bytes, for which there is no C# type");

    // Whether a plain char is signed says nothing: it is a byte of text.
    private static bool IsText(BtfInt type) => type.IsChar || type.Name == "char";

    private static string? Integer(uint size, bool isSigned) => (size, isSigned) switch
    {
        (1, false) => "byte",
        (1, true) => "sbyte",
        (2, false) => "ushort",
        (2, true) => "short",
        (4, false) => "uint",
        (4, true) => "int",
        (8, false) => "ulong",
        (8, true) => "long",
        _ => null,
    };

    private string ArrayOf(BtfArray array, string member)
    {
        if (array.Count == 0)
        {
            throw new AbiException($"{member} is an array without a length");
        }

        string element = NameOf(array.ElementTypeId, member);
        string name = $"{Names.Pascal(element)}Array{array.Count}";
        _arrays[name] = (element, array.Count);
        return name;
    }
}
