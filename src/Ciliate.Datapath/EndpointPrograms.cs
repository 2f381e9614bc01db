using Ciliate.Datapath.Hooks;
using Ciliate.Linux;

namespace Ciliate.Datapath;

/// <summary>Hangs the two programs that all endpoints share on the host end of an endpoint's veth. What hangs there is recorded below
/// <c>endpoints/ID/</c>, so it outlives the agent.</summary>
internal sealed class EndpointPrograms(string root, PinnedMaps loaded, InterfaceHooks hooks)
{
    public const string FromContainer = "from_container";
    public const string ToContainer = "to_container";

    /// <summary>Those that serve all endpoints.</summary>
    public static readonly IReadOnlyList<string> Names = [FromContainer, ToContainer];

    private readonly string _endpointsRoot = RootOf(root);

    /// <summary>Attaches, or replaces what is attached by one atomic update per hook. If it fails for a new endpoint nothing is left; for one
    /// that was attached the programs it had go on.</summary>
    public void Attach(EndpointWiring wiring)
    {
        var directory = PathOf(wiring.Id);
        bool isNew = !Directory.Exists(directory);
        FileSystem.MakeDirectory(directory);
        try
        {
            // Inwards first: what comes back must find its judge before anything can leave.
            Hang(ToContainer, HookDirection.Egress);
            Hang(FromContainer, HookDirection.Ingress);
        }
        catch when (isNew)
        {
            Detach(wiring.Id);
            throw;
        }

        void Hang(string program, HookDirection direction) =>
            hooks.Attach(new HookPlace(directory, program, wiring.HostIfIndex, direction), loaded.Program(program));
    }

    public void Detach(ushort id)
    {
        var directory = PathOf(id);
        if (!Directory.Exists(directory))
            return;
        hooks.Release(directory);
        FileSystem.RemoveDirectory(directory);
    }

    public IReadOnlyList<ushort> Attached() => [.. DirectoriesBelow(root).Select(endpoint => endpoint.Id)];

    /// <summary>Ids of all that run.</summary>
    public IEnumerable<uint> Running() => DirectoriesBelow(root).SelectMany(endpoint => hooks.ProgramsOf(endpoint.Directory));

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
    public int InterfaceOf(ushort id) => hooks.InterfaceOf(PathOf(id), FromContainer);

    /// <summary>Names of those that do not run, though they have been attached.</summary>
    public IReadOnlyList<string> Missing(ushort id) =>
        [.. Names.Where(program => !hooks.Runs(PathOf(id), program))];

    private static string RootOf(string root) => Path.Combine(root, "endpoints");

    private string PathOf(ushort id) => Path.Combine(_endpointsRoot, id.ToString());
}
