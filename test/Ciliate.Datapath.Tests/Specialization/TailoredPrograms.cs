using Ciliate.Bpf;
using Ciliate.Bpf.Specialization;

namespace Ciliate.Datapath.Tests.Specialization;

/// <summary>The programs of the datapath, made for their constants before they are loaded.</summary>
internal sealed class TailoredPrograms(KernelDatapath datapath, DatapathOptions options)
{
    private readonly Lazy<FlowTicks> _ticks = new(() => TicksOf(options));

    public LoadedObject Load(string name)
    {
        var spec = WithSizes(DatapathObjects.Container);
        ContainerConstants.Set(spec, options, _ticks.Value);
        return Load(spec, name);
    }

    public LoadedObject Load(Uplink uplink)
    {
        var spec = WithSizes(DatapathObjects.Host);
        OffloadFields.Set(spec);
        spec.SetConstant("uplink_ipv4", AddressCodec.Encode(uplink.IPv4));
        spec.SetConstant("uplink_ipv6", AddressCodec.Encode(uplink.IPv6));
        spec.SetConstant("fragment_ticks", _ticks.Value.Fragment);
        if (options.Masquerade is { } masquerade)
        {
            spec.SetConstant("nat_first_port", (uint)masquerade.FirstPort);
            spec.SetConstant("nat_port_count", masquerade.PortCount);
        }
        return Load(spec, UplinkPrograms.FromUplink);
    }

    private ObjectSpec WithSizes(ObjectSpec blueprint)
    {
        var spec = blueprint.Clone();
        foreach (var name in new[] { "flows", "nat" })
            spec.ConfigureMap(name, map => map with { MaxEntries = datapath.Maps.Shared[name].Info.MaxEntries });
        return spec;
    }

    private LoadedObject Load(ObjectSpec spec, string name)
    {
        spec.ReplaceProgram(Specializer.Specialize(spec, name).Program);
        using var loader = new BpfLoader();
        return loader.Load(spec, new LoadOptions { MapReplacements = datapath.Maps.Shared, Programs = [name] });
    }

    private static FlowTicks TicksOf(DatapathOptions options)
    {
        using var loader = new BpfLoader();
        using var clock = new TickClock(loader);
        return new FlowTicks(options.Timeouts ?? FlowTimeouts.Default, clock.TicksPerSecond);
    }
}
