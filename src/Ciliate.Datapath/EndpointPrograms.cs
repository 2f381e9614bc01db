using System.Collections.Concurrent;
using Ciliate.Bpf;
using Ciliate.Datapath.Hooks;
using Ciliate.Datapath.Tailoring;
using Ciliate.Linux;
using Ciliate.Netlink;

namespace Ciliate.Datapath;

/// <summary>Hangs two programs on the host end of an endpoint's veth: first those that all endpoints share, then its own. What hangs there is
/// recorded below <c>endpoints/ID/</c>, so it outlives the agent. Thread-safe: what is done to one endpoint is done in turn.</summary>
internal sealed class EndpointPrograms(string root, PinnedMaps loaded, InterfaceHooks hooks, UserDeliveries deliveries)
{
    public const string FromContainer = "from_container";
    public const string ToContainer = "to_container";

    /// <summary>Hangs nowhere: other endpoints go on to it.</summary>
    public const string DeliverToContainer = "deliver_to_container";

    /// <summary>Those that serve all endpoints.</summary>
    public static readonly IReadOnlyList<string> Names = [FromContainer, ToContainer];

    private readonly string _endpointsRoot = RootOf(root);

    private readonly ConcurrentDictionary<ushort, Lock> _gates = [];

    /// <summary>What runs where endpoints stay.</summary>
    private readonly ConcurrentDictionary<ushort, SettledPrograms> _settled = [];

    /// <summary>Attaches, or replaces what is attached by one atomic update per hook. If it fails for a new endpoint nothing is left; for one
    /// that was attached the programs it had go on.</summary>
    /// <param name="own">Of the endpoint; null: those that all share.</param>
    public void Attach(EndpointWiring wiring, TailoredPair? own = null)
    {
        lock (GateOf(wiring.Id))
        {
            var directory = PathOf(wiring.Id);
            bool isNew = !Directory.Exists(directory);
            FileSystem.MakeDirectory(directory);
            _settled.TryRemove(wiring.Id, out _);
            try
            {
                Put(directory, wiring, own);
                if (own is not null)
                    _settled[wiring.Id] = new SettledPrograms(TailoringState.Tailored, null, own.Times);
            }
            catch when (isNew)
            {
                Remove(wiring.Id);
                throw;
            }
        }
    }

    /// <summary>What was settled; null for an endpoint that is not attached, or has had its programs put on anew since.</summary>
    public SettledPrograms? SettledOf(ushort id) => _settled.GetValueOrDefault(id);

    /// <summary>Whether nothing is left to be done: also nobody else has put programs there since.</summary>
    public bool IsSettled(ushort id)
    {
        lock (GateOf(id))
            return IsDone(id);
    }

    /// <summary>Lets the back end that was chosen have the programs of an endpoint, and the endpoint those that are made for it: each packet meets a
    /// program of the one kind or of the other. If it fails those that run go on.</summary>
    /// <param name="isStill">Asked when the endpoint's programs cannot change any more: whether it is as <paramref name="wiring"/> says.</param>
    /// <param name="own">Null: those that all share stay.</param>
    /// <returns>Whether the endpoint was there to get them.</returns>
    public bool Settle(EndpointWiring wiring, Func<bool> isStill, TailoredPair? own, SettledPrograms settled)
    {
        lock (GateOf(wiring.Id))
        {
            var directory = PathOf(wiring.Id);
            if (IsDone(wiring.Id) || !Directory.Exists(directory) || !isStill())
                return false;
            try
            {
                if (own is not null)
                    Put(directory, wiring, own);
                else if (!hooks.IsSettled(directory))
                    Hang(directory, wiring.HostIfIndex, hooks.Attach, loaded.Program);
            }
            catch (Exception error) when (error is LinuxException { Errno: Errno.ENODEV } or NetlinkException { Errno: Errno.ENODEV })
            {
                // The interface went meanwhile, and who deletes the endpoint waits for its turn.
                return false;
            }
            _settled[wiring.Id] = settled;
            return true;
        }
    }

    public void Detach(ushort id)
    {
        lock (GateOf(id))
        {
            deliveries.DeliverDirectly(id);
            Remove(id);
        }
    }

    public IReadOnlyList<ushort> Attached() => [.. DirectoriesBelow(root).Select(endpoint => endpoint.Id)];

    /// <summary>Ids of all that run.</summary>
    public IEnumerable<uint> Running() => DirectoriesBelow(root).SelectMany(endpoint => ProgramsOf(endpoint.Id));

    /// <summary>The endpoints that have records below a root.</summary>
    public static IEnumerable<(ushort Id, string Directory)> DirectoriesBelow(string root)
    {
        if (!Directory.Exists(RootOf(root)))
            yield break;
        foreach (var path in Directory.GetDirectories(RootOf(root)))
        {
            if (ushort.TryParse(Path.GetFileName(path), out var id))
                yield return (id, path);
        }
    }

    /// <summary>0 when the interface is gone or nothing is attached.</summary>
    public int InterfaceOf(ushort id)
    {
        lock (GateOf(id))
            return hooks.InterfaceOf(PathOf(id), FromContainer);
    }

    /// <summary>Names of those that do not run, though they have been attached. None while the endpoint is being settled: nobody shall wait for
    /// that, and who looks looks again.</summary>
    public IReadOnlyList<string> Missing(ushort id)
    {
        var gate = GateOf(id);
        if (!gate.TryEnter())
            return [];
        try
        {
            return [.. Names.Where(program => !hooks.Runs(PathOf(id), program))];
        }
        finally
        {
            gate.Exit();
        }
    }

    /// <summary>The id of one that runs; 0 when it does not.</summary>
    public uint ProgramOf(ushort id, string program)
    {
        lock (GateOf(id))
            return hooks.ProgramOf(PathOf(id), program);
    }

    private IReadOnlyList<uint> ProgramsOf(ushort id)
    {
        lock (GateOf(id))
            return Directory.Exists(PathOf(id)) ? [.. hooks.ProgramsOf(PathOf(id))] : [];
    }

    /// <summary>Others deliver to the endpoint by a program of its own from when it runs such programs on, and no more before it runs others.</summary>
    private void Put(string directory, EndpointWiring wiring, TailoredPair? own)
    {
        own?.PinMaps();
        if (own?.Delivery is null)
            deliveries.DeliverDirectly(wiring.Id);
        if (own is null)
            Hang(directory, wiring.HostIfIndex, hooks.AttachSoon, loaded.Program);
        else
            Hang(directory, wiring.HostIfIndex, hooks.Attach, own.Program);
        if (own?.Delivery is { } delivery)
            deliveries.DeliverBy(wiring.Id, delivery);
    }

    private static void Hang(string directory, int ifIndex, Action<HookPlace, BpfProgram> attach, Func<string, BpfProgram> programs)
    {
        // Inwards first: what comes back must find its judge before anything can leave.
        attach(new HookPlace(directory, ToContainer, ifIndex, HookDirection.Egress), programs(ToContainer));
        attach(new HookPlace(directory, FromContainer, ifIndex, HookDirection.Ingress), programs(FromContainer));
    }

    private void Remove(ushort id)
    {
        _settled.TryRemove(id, out _);
        var directory = PathOf(id);
        if (!Directory.Exists(directory))
            return;
        hooks.Release(directory);
        FileSystem.RemoveDirectory(directory);
    }

    private bool IsDone(ushort id) => _settled.ContainsKey(id) && Directory.Exists(PathOf(id)) && hooks.IsSettled(PathOf(id));

    private Lock GateOf(ushort id) => _gates.GetOrAdd(id, static _ => new Lock());

    private static string RootOf(string root) => Path.Combine(root, "endpoints");

    private string PathOf(ushort id) => Path.Combine(_endpointsRoot, id.ToString());
}
