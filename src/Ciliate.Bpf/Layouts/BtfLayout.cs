namespace Ciliate.Bpf;

/// <summary>The border between C and C#: layouts as BTF tells them.</summary>
public static class BtfLayout
{
    private const int MaxDepth = 32;

    /// <summary>The members of a struct or union with unnamed inner ones dissolved, in the order of the source.</summary>
    /// <exception cref="BpfObjectException">A bit field, which has no place in whole bytes.</exception>
    public static IReadOnlyList<PlacedMember> MembersOf(BtfSpec btf, BtfComposite type)
    {
        var members = new List<PlacedMember>();
        Collect(btf, type, type, 0, MaxDepth, members);
        return members;
    }

    /// <summary>Compares the types of an object with those that C# was built with.</summary>
    /// <exception cref="BpfObjectException">They differ; the message names the first difference.</exception>
    public static void Verify(BtfSpec btf, IEnumerable<LayoutEntry> entries)
    {
        foreach (LayoutEntry entry in entries)
        {
            BtfType type = Find(btf, entry) ?? throw btf.Broken($"has no {Word(entry.Kind)} {entry.Name}, which this program was built with");
            if (btf.SizeOf(type.Id) != entry.Size)
            {
                throw btf.Broken($"{type.CName} has {btf.SizeOf(type.Id)} bytes, this program was built with {entry.Size}");
            }

            switch (entry, type)
            {
                case (StructLayoutEntry expected, BtfComposite actual):
                    VerifyMembers(btf, actual, expected);
                    break;
                case (EnumLayoutEntry expected, BtfEnum actual):
                    VerifyValues(btf, actual, expected);
                    break;
                default:
                    throw btf.Broken($"{entry.Name} is {type.CName}, this program was built with another kind of type");
            }
        }
    }

    private static BtfType? Find(BtfSpec btf, LayoutEntry entry)
    {
        BtfType? type = entry is EnumLayoutEntry
            ? btf.Find(entry.Name, BtfKind.Enum) ?? btf.Find(entry.Name, BtfKind.Enum64)
            : btf.Find(entry.Name, entry.Kind);
        return type ?? (btf.Find(entry.Name, BtfKind.Typedef) is { } named ? btf.Resolve(named.Id) : null);
    }

    private static void VerifyMembers(BtfSpec btf, BtfComposite actual, StructLayoutEntry expected)
    {
        IReadOnlyList<PlacedMember> members = MembersOf(btf, actual);
        foreach (MemberLayout wanted in expected.Members)
        {
            PlacedMember found = members.FirstOrDefault(member => member.Name == wanted.Name)
                ?? throw btf.Broken($"{actual.CName} has no member {wanted.Name}, which this program was built with");
            if (found.Offset != wanted.Offset || found.Size != wanted.Size)
            {
                throw btf.Broken($"{actual.CName}: {wanted.Name} is {found.Size} bytes at {found.Offset}, " +
                    $"this program was built with {wanted.Size} at {wanted.Offset}");
            }
        }

        if (members.Count > expected.Members.Count)
        {
            PlacedMember extra = members.First(member => expected.Members.All(wanted => wanted.Name != member.Name));
            throw btf.Broken($"{actual.CName} has a member {extra.Name}, which this program was built without");
        }
    }

    private static void VerifyValues(BtfSpec btf, BtfEnum actual, EnumLayoutEntry expected)
    {
        BtfEnumValue? difference = actual.Values.Except(expected.Values).Concat(expected.Values.Except(actual.Values)).FirstOrDefault();
        if (difference is not null)
        {
            throw btf.Broken($"{actual.CName}: {difference.Name} = {difference.Value} stands on one side only");
        }
    }

    private static void Collect(BtfSpec btf, BtfComposite outer, BtfComposite type, uint start, int depth, List<PlacedMember> members)
    {
        foreach (BtfMember member in type.Members)
        {
            if (member.BitFieldSize != 0 || member.BitOffset % 8 != 0)
            {
                throw btf.Broken($"{outer.CName} has a bit field {member.Name}, which has no place in whole bytes");
            }

            uint offset = start + member.BitOffset / 8;
            if (member.Name.Length > 0)
            {
                members.Add(new PlacedMember(member.Name, (int)offset, btf.SizeOf(member.TypeId), member.TypeId));
            }
            else if (btf.Resolve(member.TypeId) is BtfComposite inner && depth > 0)
            {
                Collect(btf, outer, inner, offset, depth - 1, members);
            }
            else
            {
                throw btf.Broken($"{outer.CName} has an unnamed member that is no struct");
            }
        }
    }

    private static string Word(BtfKind kind) => kind switch
    {
        BtfKind.Struct => "struct",
        BtfKind.Union => "union",
        _ => "enum",
    };
}

/// <param name="Offset">Bytes from the start of the outermost type.</param>
/// <param name="Size">Bytes.</param>
public sealed record PlacedMember(string Name, int Offset, int Size, uint TypeId);
