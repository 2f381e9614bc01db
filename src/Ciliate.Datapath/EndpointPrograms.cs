using Ciliate.Bpf;

namespace Ciliate.Datapath;

/// <summary>Loads an endpoint's two programs with its constants and hangs them on the host end of its veth. The links are pinned below
/// <c>endpoints/ID/</c>, so the programs outlive the agent.</summary>
internal sealed class EndpointPrograms(string root, BpfLoader loader, PinnedMaps maps, EndpointConstants constants)
{
    public const string FromContainer = "from_container";
    public const string ToContainer = "to_container";

    private readonly string _endpointsRoot = Path.Combine(root, "endpoints");
    private readonly LoadOptions _options = new() { MapReplacements = maps.Shared };

    /// <summary>Loads the programs without hanging them anywhere.</summary>
    public LoadedObject Load(EndpointWiring wiring) => loader.Load(constants.Apply(wiring), _options);

    /// <summary>Attaches, or replaces what is attached by one atomic update per hook. If it fails for a new endpoint nothing is left; for
    /// one that was attached the programs it had go on.</summary>
    public void Attach(EndpointWiring wiring)
    {
        using var loaded = Load(wiring);
        var directory = PathOf(wiring.Id);
        bool isNew = !Directory.Exists(directory);
        Directory.CreateDirectory(directory);
        try
        {
            // Inwards first: what comes back must find its judge before anything can leave.
            Hang(Hook.TcxEgress(wiring.HostIfIndex), wiring.HostIfIndex, loaded.Program(ToContainer), directory);
            Hang(Hook.TcxIngress(wiring.HostIfIndex), wiring.HostIfIndex, loaded.Program(FromContainer), directory);
        }
        catch when (isNew)
        {
            Detach(wiring.Id);
            throw;
        }
    }

    public void Detach(ushort id)
    {
        var directory = PathOf(id);
        if (!Directory.Exists(directory))
            return;
        foreach (var pin in Directory.GetFiles(directory))
            Unhang(pin);
        Directory.Delete(directory);
    }

    public IReadOnlyList<ushort> Attached()
    {
        var ids = new List<ushort>();
        if (!Directory.Exists(_endpointsRoot))
            return ids;
        foreach (var path in Directory.GetDirectories(_endpointsRoot))
        {
            if (ushort.TryParse(Path.GetFileName(path), out var id))
                ids.Add(id);
        }
        return ids;
    }

    /// <summary>0 when the interface is gone or nothing is attached.</summary>
    public int InterfaceOf(ushort id)
    {
        var pin = Path.Combine(PathOf(id), FromContainer);
        if (!File.Exists(pin))
            return 0;
        using var link = BpfLink.OpenPinned(pin);
        return link.ReadInfo().IfIndex;
    }

    private string PathOf(ushort id) => Path.Combine(_endpointsRoot, id.ToString());

    private static void Hang(IHook hook, int ifIndex, BpfProgram program, string directory)
    {
        var pin = Path.Combine(directory, program.Name);
        if (File.Exists(pin))
        {
            using var existing = BpfLink.OpenPinned(pin);
            if (existing.ReadInfo().IfIndex == ifIndex)
            {
                existing.Update(program);
                return;
            }
            // The interface it was on is gone, and what it is pinned for is another one.
            File.Delete(pin);
        }
        using var link = hook.Attach(program);
        link.Pin(pin);
    }

    private static void Unhang(string pin)
    {
        using (var link = BpfLink.OpenPinned(pin))
        {
            // The kernel has detached it already if the interface is gone.
            if (link.ReadInfo().IfIndex != 0)
                link.Detach();
        }
        File.Delete(pin);
    }
}
