using Ciliate.Bpf;
using Ciliate.Bpf.Specialization;

namespace Ciliate.Datapath.Tests.Specialization;

/// <summary>The program of an uplink, made for its constants before it is loaded.</summary>
internal static class TailoredUplink
{
    public static LoadedObject Load(KernelDatapath datapath, DatapathOptions options, Uplink uplink)
    {
        var spec = DatapathObjects.Host.Clone();
        foreach (var name in new[] { "flows", "nat" })
            spec.ConfigureMap(name, map => map with { MaxEntries = datapath.Maps.Shared[name].Info.MaxEntries });
        OffloadFields.Set(spec);
        spec.SetConstant("uplink_ipv4", AddressCodec.Encode(uplink.IPv4));
        spec.SetConstant("uplink_ipv6", AddressCodec.Encode(uplink.IPv6));
        spec.SetConstant("fragment_ticks", TicksOf(options).Fragment);
        if (options.Masquerade is { } masquerade)
        {
            spec.SetConstant("nat_first_port", (uint)masquerade.FirstPort);
            spec.SetConstant("nat_port_count", masquerade.PortCount);
        }
        spec.ReplaceProgram(Specializer.Specialize(spec, UplinkPrograms.FromUplink).Program);
        using var loader = new BpfLoader();
        return loader.Load(spec, new LoadOptions { MapReplacements = datapath.Maps.Shared, Programs = [UplinkPrograms.FromUplink] });
    }

    private static FlowTicks TicksOf(DatapathOptions options)
    {
        using var loader = new BpfLoader();
        using var clock = new TickClock(loader);
        return new FlowTicks(options.Timeouts ?? FlowTimeouts.Default, clock.TicksPerSecond);
    }
}
