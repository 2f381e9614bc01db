using Ciliate.Bpf;

namespace Ciliate.AbiGen;

/// <summary>Which types cross the border: those asked for, or else all keys and values of maps and the variables of section .abi;
/// and all that they contain. Each has one C# name.</summary>
internal sealed class TypeSelection
{
    private const string AbiSection = ".abi";

    private readonly BtfSpec _btf;
    private readonly Dictionary<uint, string> _cNames = [];

    public TypeSelection(ObjectSpec spec, Options options)
    {
        _btf = spec.Btf;
        foreach (uint root in options.Types.Count + options.Prefixes.Count > 0 ? AskedFor(options) : Default(spec))
        {
            Add(root, root.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        RefuseDoubles(spec.Name);
    }

    /// <summary>Structs, unions and enums with their names in C, ordered by name so that the output does not depend on the compiler.</summary>
    public IEnumerable<(BtfType Type, string CName)> All =>
        _cNames.Select(pair => (_btf[pair.Key], pair.Value)).OrderBy(pair => pair.Value, StringComparer.Ordinal);

    public string CSharpNameOf(BtfType type) => Names.Pascal(_cNames[type.Id]);

    private IEnumerable<uint> AskedFor(Options options)
    {
        foreach (string name in options.Types)
        {
            yield return _btf.Types.FirstOrDefault(type => type.Name == name && IsNamable(type))?.Id
                ?? throw new AbiException($"{options.ObjectFile}: there is no struct, union, enum or typedef {name}");
        }

        foreach (BtfType type in _btf.Types.Where(type => type is BtfComposite or BtfEnum))
        {
            if (options.Prefixes.Any(prefix => type.Name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                yield return type.Id;
            }
        }
    }

    private static bool IsNamable(BtfType type) => type is BtfComposite or BtfEnum or BtfReference { Kind: BtfKind.Typedef };

    private IEnumerable<uint> Default(ObjectSpec spec)
    {
        IEnumerable<uint> ofMaps = spec.Maps.Where(map => !map.IsDataSection).SelectMany(map => new[] { map.KeyTypeId, map.ValueTypeId });
        IEnumerable<uint> marked = _btf.Find(AbiSection, BtfKind.DataSection) is BtfDataSection section
            ? section.Variables.Select(entry => ((BtfVariable)_btf[entry.VariableId]).TypeId)
            : [];
        return ofMaps.Concat(marked).Where(id => id != 0);
    }

    private void Add(uint id, string askedBy)
    {
        string typedefName = "";
        BtfType type = _btf[id];
        while (type is BtfReference { Kind: not BtfKind.Pointer } word)
        {
            typedefName = word.Kind == BtfKind.Typedef ? word.Name : typedefName;
            type = _btf[word.TypeId];
        }

        switch (type)
        {
            case BtfArray array:
                Add(array.ElementTypeId, askedBy);
                break;
            case BtfComposite or BtfEnum when type.Name.Length == 0 && typedefName.Length == 0:
                throw new AbiException($"{askedBy} has an unnamed type: give it a name in C");
            case BtfEnum:
                _cNames.TryAdd(type.Id, type.Name.Length > 0 ? type.Name : typedefName);
                break;
            case BtfComposite composite when _cNames.TryAdd(type.Id, type.Name.Length > 0 ? type.Name : typedefName):
                foreach (PlacedMember member in BtfLayout.MembersOf(_btf, composite))
                {
                    Add(member.TypeId, $"{_cNames[type.Id]}.{member.Name}");
                }

                break;
            default:
                break;
        }
    }

    private void RefuseDoubles(string file)
    {
        IGrouping<string, string>? twice = _cNames.Values.GroupBy(Names.Pascal).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
        {
            throw new AbiException($"{file}: {string.Join(" and ", twice)} would both be {twice.Key} in C#");
        }
    }
}
