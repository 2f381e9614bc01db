using Ciliate.Bpf;
using Ciliate.Linux;
using Ciliate.Netlink;

namespace Ciliate.Datapath.Hooks;

/// <summary>Runs programs at interfaces, by the back end that was chosen, and knows those that the other one runs: so an agent that starts
/// with another back end takes over without a gap. Thread-safe for different directories.</summary>
internal sealed class InterfaceHooks : IDisposable
{
    private readonly IHookBackend[] _backends;
    private readonly IHookBackend _chosen;

    /// <summary>By which a program runs soonest.</summary>
    private readonly IHookBackend _first;

    /// <param name="root">On a bpffs, the agent's own.</param>
    /// <param name="wanted">Null: tcx where the kernel has it.</param>
    /// <exception cref="FeatureMissingException">The wanted one is tcx and the kernel has none.</exception>
    public InterfaceHooks(string root, HookKind? wanted)
    {
        if (wanted == HookKind.Tcx)
            KernelFeatures.Tcx.Require();
        Kind = wanted ?? (KernelFeatures.Tcx.IsSupported ? HookKind.Tcx : HookKind.Clsact);
        _backends = [new TcxHooks(), new ClsactHooks(root, RouteNetlink.OpenCurrent())];
        _chosen = _backends.First(backend => backend.Kind == Kind);
        _first = wanted is null ? _backends.First(backend => backend.Kind == HookKind.Clsact) : _chosen;
    }

    /// <summary>For what an agent left, by whichever back end: it probes nothing, because it attaches nothing.</summary>
    public static InterfaceHooks ForRelease(string root) => new(root, HookKind.Clsact);

    public HookKind Kind { get; }

    /// <summary>Attaches, or replaces by one atomic step what is attached there. What the directory records of this program elsewhere, at an
    /// interface that was or by the other back end, is released when the new one runs.</summary>
    public void Attach(HookPlace place, BpfProgram program) => Hang(_chosen, place, program);

    /// <summary>The same without a wait for what the kernel does at a new tcx link, where the choice was left to the kernel: a grace period, some
    /// 20 ms, with the lock of all network settings held. The program runs by clsact until <see cref="Attach"/> is called.</summary>
    public void AttachSoon(HookPlace place, BpfProgram program)
    {
        if (_first == _chosen || ChosenRuns(place))
        {
            Attach(place, program);
            return;
        }
        try
        {
            Hang(_first, place, program);
        }
        catch (Exception error) when (error is NetlinkException or LinuxException)
        {
            // No clsact in this kernel, another qdisc in its place, a root whose path is too long to name a filter.
            Attach(place, program);
        }
    }

    /// <summary>Whether the chosen back end has all that the directory records.</summary>
    public bool IsSettled(string directory) => Directory.GetFileSystemEntries(directory).All(_chosen.Owns);

    /// <summary>Releases everything that the directory records; it is empty then.</summary>
    public void Release(string directory)
    {
        foreach (var record in Directory.GetFileSystemEntries(directory))
            BackendOf(record).Release(record);
    }

    /// <summary>A link's pin or the record of a filter.</summary>
    public void ReleaseRecord(string record)
    {
        // One release may have taken another along: a qdisc ends with its filters.
        if (File.Exists(record) || Directory.Exists(record))
            BackendOf(record).Release(record);
    }

    public bool IsFilterRecord(string path) => _backends.OfType<ClsactHooks>().Single().Owns(path);

    /// <summary>The mark of a qdisc at which no filter stands any more.</summary>
    public void ReleaseMark(string mark) => _backends.OfType<ClsactHooks>().Single().ReleaseMark(mark);

    /// <summary>Interface that the program runs at; 0 when it runs nowhere.</summary>
    public int InterfaceOf(string directory, string program) =>
        RecordsOf(directory, program).Select(record => BackendOf(record).InterfaceOf(record)).FirstOrDefault(index => index != 0);

    /// <summary>Whether the program still runs where the directory records it: others may have deleted the filter, the qdisc or the link.</summary>
    public bool Runs(string directory, string program) =>
        _chosen.Runs(directory, program) || _backends.Any(other => other != _chosen && other.Runs(directory, program));

    /// <summary>Id of the program of that name that runs; 0 when none does.</summary>
    public uint ProgramOf(string directory, string program) =>
        RecordsOf(directory, program).Select(record => BackendOf(record).ProgramOf(record)).FirstOrDefault(id => id != 0);

    /// <summary>Ids of the programs that run by the records of a directory.</summary>
    public IEnumerable<uint> ProgramsOf(string directory) =>
        Directory.GetFileSystemEntries(directory).Select(record => BackendOf(record).ProgramOf(record)).Where(id => id != 0);

    public void Dispose()
    {
        foreach (var backend in _backends)
            backend.Dispose();
    }

    private void Hang(IHookBackend backend, HookPlace place, BpfProgram program)
    {
        var current = backend.Attach(place, program);
        foreach (var record in RecordsOf(place.Directory, place.Program).Where(record => record != current))
            BackendOf(record).Release(record);
    }

    private bool ChosenRuns(HookPlace place) =>
        RecordsOf(place.Directory, place.Program).Any(record => _chosen.Owns(record) && _chosen.InterfaceOf(record) == place.IfIndex);

    private static IEnumerable<string> RecordsOf(string directory, string program) => Directory.Exists(directory)
        ? Directory.GetFileSystemEntries(directory).Where(path => Path.GetFileName(path).Split('@')[0] == program)
        : [];

    private IHookBackend BackendOf(string record) => _backends.FirstOrDefault(backend => backend.Owns(record))
        ?? throw new DatapathException($"{record} is neither a link nor a record of a filter");
}
