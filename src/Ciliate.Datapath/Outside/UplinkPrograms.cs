using System.Globalization;
using Ciliate.Bpf;
using Ciliate.Datapath.Hooks;
using Ciliate.Linux;

namespace Ciliate.Datapath;

/// <summary>Runs <c>from_uplink</c> at the ingress of each uplink, recorded below <c>uplinks/IFINDEX/</c>, so that it outlives the agent.</summary>
internal sealed class UplinkPrograms(string root, BpfLoader loader, PinnedMaps maps, MasqueradeOptions? masquerade, FlowTicks ticks, InterfaceHooks hooks)
{
    public const string FromUplink = "from_uplink";

    private readonly string _root = Path.Combine(root, "uplinks");
    private readonly LoadOptions _options = new() { MapReplacements = maps.Shared };

    /// <summary>Loads the program without hanging it anywhere.</summary>
    public LoadedObject Load(Uplink uplink)
    {
        var spec = DatapathObjects.Host.Clone();
        // Their sizes are those of the maps that are there, whatever the object says.
        foreach (var name in new[] { "flows", "nat" })
            spec.ConfigureMap(name, map => map with { MaxEntries = maps.Shared[name].Info.MaxEntries });
        OffloadFields.Set(spec);
        spec.SetConstant("uplink_ipv4", AddressCodec.Encode(uplink.IPv4));
        spec.SetConstant("uplink_ipv6", AddressCodec.Encode(uplink.IPv6));
        spec.SetConstant("fragment_ticks", ticks.Fragment);
        if (masquerade is not null)
        {
            spec.SetConstant("nat_first_port", (uint)masquerade.FirstPort);
            spec.SetConstant("nat_port_count", masquerade.PortCount);
        }
        return loader.Load(spec, _options);
    }

    /// <summary>Attaches to all of these, replacing what is attached by one atomic update each, and lets go of all others.</summary>
    /// <param name="named">Interfaces that flows go by: those keep their program, since a route that is gone for a moment ends no
    /// connection, and the host would reset what comes back meanwhile.</param>
    public void Set(IReadOnlyList<Uplink> uplinks, IReadOnlySet<int> named)
    {
        foreach (var uplink in uplinks)
        {
            using var loaded = Load(uplink);
            var directory = PathOf(uplink.IfIndex);
            FileSystem.MakeDirectory(directory);
            hooks.Attach(new HookPlace(directory, FromUplink, uplink.IfIndex, HookDirection.Ingress), loaded.Program(FromUplink));
        }
        foreach (var path in Directory.Exists(_root) ? Directory.GetDirectories(_root) : [])
        {
            if (uplinks.Select(uplink => uplink.IfIndex).Concat(named).Any(ifIndex => PathOf(ifIndex) == path))
                continue;
            hooks.Release(path);
            FileSystem.RemoveDirectory(path);
        }
    }

    public bool RunsAt(int ifIndex) => hooks.Runs(PathOf(ifIndex), FromUplink);

    /// <summary>Ids of all that run.</summary>
    public IEnumerable<uint> Running() => Directory.Exists(_root) ? Directory.GetDirectories(_root).SelectMany(hooks.ProgramsOf) : [];

    private string PathOf(int ifIndex) => Path.Combine(_root, ifIndex.ToString(CultureInfo.InvariantCulture));
}
