using System.Buffers.Binary;
using Ciliate.Bpf;

namespace Ciliate.Datapath.Layouts;

/// <summary>Carries the entries of a map over into one of another layout, field by field by their names.</summary>
internal sealed class MapCarrier
{
    private readonly MapBytes _from, _to;
    private readonly LayoutCopy _key, _value;
    private readonly int _heldAt;

    /// <param name="spec">Has the types of <paramref name="wanted"/>.</param>
    /// <exception cref="BpfObjectException">Something of the old layout has no place in the new one.</exception>
    public MapCarrier(BpfMap from, BpfMap to, ObjectSpec spec, MapSpec wanted)
    {
        (_from, _to) = (new MapBytes(from), new MapBytes(to));
        BtfSpec types = _from.ReadTypes() ?? throw new DatapathException($"map {from.Name} has no types: what is in it is not known");
        _key = LayoutCopy.Between(types, from.Info.KeyTypeId, spec.Btf, wanted.KeyTypeId);
        _value = LayoutCopy.Between(types, from.Info.ValueTypeId, spec.Btf, wanted.ValueTypeId);
        _heldAt = wanted.Name == "flows" && spec.Btf.Resolve(wanted.ValueTypeId) is BtfComposite flow
            ? BtfLayout.MembersOf(spec.Btf, flow).First(member => member.Name == "expires").Offset
            : -1;
    }

    /// <summary>Whether a map is what the spec would make, byte for byte.</summary>
    public static bool IsSame(BpfMap map, ObjectSpec spec, MapSpec wanted)
    {
        MapInfo found = map.Info;
        bool sameShape = found.Type == wanted.Type && found.KeySize == wanted.KeySize && found.ValueSize == wanted.ValueSize
            && found.MaxEntries == wanted.MaxEntries && found.Flags == wanted.Flags;
        if (!sameShape || wanted.ValueTypeId == 0 || new MapBytes(map).ReadTypes() is not { } types)
            return sameShape;
        return LayoutCopy.Between(types, found.KeyTypeId, spec.Btf, wanted.KeyTypeId).IsSame
            && LayoutCopy.Between(types, found.ValueTypeId, spec.Btf, wanted.ValueTypeId).IsSame;
    }

    /// <param name="mode">Only add: what stands there already is newer.</param>
    /// <exception cref="Ciliate.Linux.LinuxException">E2BIG: the new map is smaller, and full.</exception>
    public void Carry(UpdateMode mode)
    {
        bool isArray = _to.Map.Info.Type is MapType.Array or MapType.PerCpuArray;
        foreach (var (key, value) in _from.Entries())
        {
            // A new array has zeros; an old one may have been longer.
            if (isArray && (value.AsSpan().IndexOfAnyExcept((byte)0) < 0 || BinaryPrimitives.ReadUInt32LittleEndian(key) >= _to.Map.Info.MaxEntries))
                continue;
            byte[] now = Translate(value);
            // A flow that a program remakes or removes at this instant: what comes of it is carried over at the end.
            if (_heldAt >= 0 && BinaryPrimitives.ReadUInt64LittleEndian(now.AsSpan(_heldAt)) == 0)
                continue;
            byte[] place = new byte[_to.Map.Info.KeySize];
            _key.Copy(key, place);
            _to.Put(place, now, mode);
        }
    }

    /// <summary>A value as it would be carried over; null when there is none.</summary>
    public byte[]? Read(ReadOnlySpan<byte> key) => _from.Find(key) is { } value ? Translate(value) : null;

    private byte[] Translate(byte[] value)
    {
        byte[] now = new byte[_to.ValueSize];
        for (int from = 0, to = 0; from < value.Length; from += _from.Stride, to += _to.Stride)
            _value.Copy(value.AsSpan(from, _from.Stride), now.AsSpan(to, _to.Stride));
        return now;
    }
}
