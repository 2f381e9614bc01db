using System.Collections.Concurrent;
using Ciliate.Bpf;
using Ciliate.Datapath.Hooks;
using Ciliate.Linux;

namespace Ciliate.Datapath;

/// <summary>Hangs the two programs that all endpoints share on the host end of an endpoint's veth. What hangs there is recorded below
/// <c>endpoints/ID/</c>, so it outlives the agent. Thread-safe: what is done to one endpoint is done in turn.</summary>
internal sealed class EndpointPrograms(string root, PinnedMaps loaded, InterfaceHooks hooks)
{
    public const string FromContainer = "from_container";
    public const string ToContainer = "to_container";

    /// <summary>Those that serve all endpoints.</summary>
    public static readonly IReadOnlyList<string> Names = [FromContainer, ToContainer];

    private readonly string _endpointsRoot = RootOf(root);

    private readonly ConcurrentDictionary<ushort, Lock> _gates = [];

    /// <summary>Attaches, or replaces what is attached by one atomic update per hook. If it fails for a new endpoint nothing is left; for one
    /// that was attached the programs it had go on.</summary>
    public void Attach(EndpointWiring wiring)
    {
        lock (GateOf(wiring.Id))
        {
            var directory = PathOf(wiring.Id);
            bool isNew = !Directory.Exists(directory);
            FileSystem.MakeDirectory(directory);
            try
            {
                Hang(directory, wiring.HostIfIndex, hooks.AttachSoon);
            }
            catch when (isNew)
            {
                Remove(directory);
                throw;
            }
        }
    }

    /// <summary>Lets the back end that was chosen have the programs of an endpoint, if another runs them: each packet meets a program of the one
    /// or of the other. If it fails those that run go on.</summary>
    /// <param name="interfaceOf">Asked for the interface when it cannot change any more; 0 when there is none.</param>
    public void Settle(ushort id, Func<ushort, int> interfaceOf)
    {
        lock (GateOf(id))
        {
            var directory = PathOf(id);
            if (!Directory.Exists(directory) || hooks.IsSettled(directory) || interfaceOf(id) is not (not 0 and var ifIndex))
                return;
            try
            {
                Hang(directory, ifIndex, hooks.Attach);
            }
            catch (LinuxException error) when (error.Errno == Errno.ENODEV)
            {
                // The interface went meanwhile, and who deletes the endpoint waits for its turn.
            }
        }
    }

    public void Detach(ushort id)
    {
        lock (GateOf(id))
            Remove(PathOf(id));
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

    private IReadOnlyList<uint> ProgramsOf(ushort id)
    {
        lock (GateOf(id))
            return Directory.Exists(PathOf(id)) ? [.. hooks.ProgramsOf(PathOf(id))] : [];
    }

    private void Hang(string directory, int ifIndex, Action<HookPlace, BpfProgram> attach)
    {
        // Inwards first: what comes back must find its judge before anything can leave.
        attach(new HookPlace(directory, ToContainer, ifIndex, HookDirection.Egress), loaded.Program(ToContainer));
        attach(new HookPlace(directory, FromContainer, ifIndex, HookDirection.Ingress), loaded.Program(FromContainer));
    }

    private void Remove(string directory)
    {
        if (!Directory.Exists(directory))
            return;
        hooks.Release(directory);
        FileSystem.RemoveDirectory(directory);
    }

    private Lock GateOf(ushort id) => _gates.GetOrAdd(id, static _ => new Lock());

    private static string RootOf(string root) => Path.Combine(root, "endpoints");

    private string PathOf(ushort id) => Path.Combine(_endpointsRoot, id.ToString());
}
