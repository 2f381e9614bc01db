using Ciliate.Bpf;
using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Layouts;

namespace Ciliate.Datapath;

/// <summary>The rows that programs read by endpoint id, and the commit words in them. Row 0 is nobody's; its commit word keeps the last
/// generation given out, so that no generation comes twice even over restarts, and its flags the layout version of all pinned maps.</summary>
internal sealed class EndpointTable(MappedArray<Abi.Endpoint> rows)
{
    /// <exception cref="DatapathException">The maps were made by an agent whose layouts mean something else.</exception>
    public void CheckLayout(string root)
    {
        LayoutVersions.Require(rows[0], root);
        LayoutVersions.Stamp(ref rows[0]);
    }

    /// <summary>Those that have a row.</summary>
    public IEnumerable<ushort> Ids() => Enumerable.Range(1, (int)EndpointLimits.Endpoints - 1).Select(id => (ushort)id).Where(Exists);

    public bool Exists(ushort id) => id != 0 && rows[id].Ifindex != 0;

    public Abi.Endpoint Read(ushort id) => rows[id];

    /// <summary>0 for none.</summary>
    public int InterfaceOf(ushort id) => (int)rows[id].Ifindex;

    public ulong CommitOf(ushort id) => Volatile.Read(ref rows[id].Commit);

    /// <summary>A row, but for the commit word.</summary>
    public static Abi.Endpoint RowOf(EndpointWiring wiring) => new()
    {
        Ifindex = (uint)wiring.HostIfIndex,
        Mac = AddressCodec.Encode(wiring.ContainerMac),
        HostMac = AddressCodec.Encode(wiring.HostMac),
        Ipv4 = AddressCodec.Encode(wiring.IPv4),
        Ipv6 = AddressCodec.Encode(wiring.IPv6),
    };

    /// <summary>What the row was described by, but for the interface's name; null when there is none.</summary>
    public EndpointWiring? WiringOf(ushort id)
    {
        if (!Exists(id))
            return null;
        var row = rows[id];
        return new EndpointWiring(
            id, "", (int)row.Ifindex, AddressCodec.Decode(row.HostMac), AddressCodec.Decode(row.Mac), AddressCodec.Decode(row.Ipv4), AddressCodec.Decode(row.Ipv6));
    }

    /// <summary>Writes all but the commit word; the interface last, that makes it a row.</summary>
    public void Describe(EndpointWiring wiring)
    {
        var wanted = RowOf(wiring);
        ref var row = ref rows[wiring.Id];
        row.Mac = wanted.Mac;
        row.HostMac = wanted.HostMac;
        row.Ipv4 = wanted.Ipv4;
        row.Ipv6 = wanted.Ipv6;
        Volatile.Write(ref row.Ifindex, wanted.Ifindex);
    }

    /// <summary>From here on nothing passes for the endpoint, and no flow's judgement about it holds.</summary>
    public void Revoke(ushort id) => Volatile.Write(ref rows[id].Commit, 0);

    /// <summary>First for the programs, that know a row by its interface.</summary>
    public void Erase(ushort id)
    {
        Revoke(id);
        Volatile.Write(ref rows[id].Ifindex, 0);
        rows[id] = default;
    }

    public void SetFlag(ushort id, EndpointFlag flag) => Volatile.Write(ref rows[id].Flags, rows[id].Flags | (uint)flag);

    public void ClearFlag(ushort id, EndpointFlag flag) => Volatile.Write(ref rows[id].Flags, rows[id].Flags & ~(uint)flag);

    /// <summary>The commit point: from this store on packets are judged by <paramref name="slot"/>.</summary>
    public void Commit(ushort id, uint generation, uint slot) => Volatile.Write(ref rows[id].Commit, ((ulong)generation << 32) | slot);

    /// <summary>Begins again at 1 after two thousand million. A number that comes twice would matter to a flow that has slept all the while:
    /// none lives that long, not at a hundred thousand generations a second.</summary>
    public uint NextGeneration()
    {
        uint next = GenerationOf(rows[0].Commit) + 1;
        if (next >= (uint)EpochLimits.Version)
            next = 1;
        Volatile.Write(ref rows[0].Commit, (ulong)next << 32);
        return next;
    }

    public static uint GenerationOf(ulong commit) => (uint)(commit >> 32);

    public static uint SlotOf(ulong commit) => (uint)commit;
}
