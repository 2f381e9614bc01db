using Ciliate.Bpf;
using Ciliate.Datapath;
using Ciliate.Datapath.Hooks;
using Ciliate.Datapath.Layouts;
using Xunit;

namespace Ciliate.Agent.Tests.Kernel;

/// <summary>What an agent of another version does at its start, whose tables are laid out otherwise: it takes the tables over, replaces the
/// programs at every endpoint by its own, which know the other layout only, and removes what was before.</summary>
internal static class OtherVersion
{
    private static readonly string s_object = Path.Combine(AppContext.BaseDirectory, "container.variant.bpf.o");

    public static void TakeOver(KernelAgent agent, IReadOnlyList<EndpointWiring> endpoints) => agent.Host.Run(() =>
    {
        var spec = ObjectSpec.Open(s_object);
        foreach (string name in new[] { "flows", "nat" })
            spec.ConfigureMap(name, map => map with { MaxEntries = FlowTable.EntriesFor(agent.Options.FlowTableSize) });
        using var loader = new BpfLoader();
        using var clock = new TickClock(loader);
        ContainerConstants.Set(spec, agent.Options, new FlowTicks(FlowTimeouts.Default, clock.TicksPerSecond));
        using var hooks = new InterfaceHooks(agent.BpfRoot, wanted: null);
        var directories = new MapDirectories(agent.BpfRoot, spec);
        string maps = directories.Prepare(loader);
        using LoadedObject loaded = loader.Load(spec, new LoadOptions { PinDirectory = maps });
        string[] homes = [.. endpoints.Select(endpoint => Path.Combine(agent.BpfRoot, "endpoints", $"{endpoint.Id}"))];
        foreach (var (endpoint, home) in endpoints.Zip(homes))
        {
            Hang(EndpointPrograms.ToContainer, HookDirection.Egress);
            Hang(EndpointPrograms.FromContainer, HookDirection.Ingress);

            void Hang(string program, HookDirection direction) =>
                hooks.Attach(new HookPlace(home, program, endpoint.HostIfIndex, direction), loaded.Program(program));
        }

        using var gracePeriod = new GracePeriod();
        Assert.True(directories.Finish(homes.SelectMany(hooks.ProgramsOf), gracePeriod.Wait));
    });
}
