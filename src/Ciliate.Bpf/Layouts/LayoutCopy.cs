namespace Ciliate.Bpf;

/// <summary>Carries values of one layout over into another: members by their names, wherever they stand. What only the new layout has is
/// zero, what only the old one has is left behind.</summary>
public sealed class LayoutCopy
{
    private const int MaxDepth = 32;

    private readonly List<(int From, int To, int Size)> _parts = [];
    private readonly BtfSpec _from, _to;

    private LayoutCopy(BtfSpec from, BtfSpec to) => (_from, _to) = (from, to);

    /// <summary>Whether both layouts are the same, byte for byte.</summary>
    public bool IsSame { get; private set; } = true;

    /// <param name="fromType">Id of a type of <paramref name="from"/>.</param>
    /// <param name="toType">Id of a type of <paramref name="to"/>.</param>
    /// <exception cref="BpfObjectException">A value of the old layout may not fit into the new one.</exception>
    public static LayoutCopy Between(BtfSpec from, uint fromType, BtfSpec to, uint toType)
    {
        var copy = new LayoutCopy(from, to);
        copy.Add(fromType, 0, toType, 0, MaxDepth);
        copy.IsSame &= from.SizeOf(fromType) == to.SizeOf(toType);
        return copy;
    }

    /// <param name="target">Zeros.</param>
    public void Copy(ReadOnlySpan<byte> source, Span<byte> target)
    {
        foreach ((int from, int to, int size) in _parts)
        {
            source.Slice(from, size).CopyTo(target[to..]);
        }
    }

    private void Add(uint fromType, int from, uint toType, int to, int depth)
    {
        IsSame &= from == to;
        switch (_from.Resolve(fromType), _to.Resolve(toType))
        {
            case (BtfComposite old, BtfComposite now) when depth > 0:
                AddMembers(old, from, now, to, depth - 1);
                break;
            case (BtfArray old, BtfArray now) when depth > 0 && old.Count <= now.Count:
                IsSame &= old.Count == now.Count;
                for (int i = 0; i < old.Count; i++)
                {
                    Add(old.ElementTypeId, from + i * _from.SizeOf(old.ElementTypeId), now.ElementTypeId, to + i * _to.SizeOf(now.ElementTypeId), depth - 1);
                }

                break;
            case var (old, now) when old is BtfInt or BtfEnum && now is BtfInt or BtfEnum && _from.SizeOf(old.Id) <= _to.SizeOf(now.Id):
                // A number that has become wider is still the same: the machine is little-endian, as is the code that reads packets.
                IsSame &= _from.SizeOf(old.Id) == _to.SizeOf(now.Id);
                _parts.Add((from, to, _from.SizeOf(old.Id)));
                break;
            case var (old, now):
                throw _to.Broken($"{now.CName} cannot take what was {old.CName}");
        }
    }

    private void AddMembers(BtfComposite old, int from, BtfComposite now, int to, int depth)
    {
        IReadOnlyList<PlacedMember> before = BtfLayout.MembersOf(_from, old), after = BtfLayout.MembersOf(_to, now);
        IsSame &= before.Count == after.Count;
        foreach (PlacedMember member in after)
        {
            if (before.FirstOrDefault(candidate => candidate.Name == member.Name) is { } known)
            {
                Add(known.TypeId, from + known.Offset, member.TypeId, to + member.Offset, depth);
            }
            else
            {
                IsSame = false;
            }
        }
    }
}
