using Ciliate.Bpf;

namespace Ciliate.AbiGen;

/// <summary>The kernel hashes and compares map keys byte by byte: a byte that no member sets makes equal keys differ.</summary>
internal static class KeyHoles
{
    public static void Refuse(ObjectSpec spec)
    {
        foreach (MapSpec map in spec.Maps.Where(map => map.KeyTypeId != 0))
        {
            if (Find(spec.Btf, map.KeyTypeId) is { } hole)
            {
                throw new AbiException($"{spec.Name}: {hole.Type.CName}, key of map {map.Name}, has a hole of {hole.Length} bytes " +
                    $"at offset {hole.Offset}: add a reserved member");
            }
        }
    }

    /// <summary>The first hole of a type or of a type in it; of a union, bytes that not every member covers.</summary>
    public static Hole? Find(BtfSpec btf, uint id) => btf.Resolve(id) switch
    {
        BtfArray array => Find(btf, array.ElementTypeId),
        BtfComposite composite => FindIn(btf, composite),
        _ => null,
    };

    private static Hole? FindIn(BtfSpec btf, BtfComposite type)
    {
        bool[] covered = new bool[type.Size];
        if (type.Kind == BtfKind.Union)
        {
            int common = type.Members.Count == 0 ? 0 : type.Members.Min(member => btf.SizeOf(member.TypeId));
            Array.Fill(covered, true, 0, common);
        }

        foreach (BtfMember member in type.Members)
        {
            if (Find(btf, member.TypeId) is { } inner)
            {
                return inner;
            }

            if (type.Kind == BtfKind.Struct)
            {
                Array.Fill(covered, true, (int)member.BitOffset / 8, btf.SizeOf(member.TypeId));
            }
        }

        int start = Array.IndexOf(covered, false);
        int end = start < 0 ? -1 : Array.IndexOf(covered, true, start);
        return start < 0 ? null : new Hole(type, start, (end < 0 ? covered.Length : end) - start);
    }
}

/// <param name="Offset">Bytes.</param>
/// <param name="Length">Bytes.</param>
internal sealed record Hole(BtfComposite Type, int Offset, int Length);
