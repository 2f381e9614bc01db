using System.Collections.Concurrent;
using Ciliate.Bpf;
using Ciliate.Linux;
using Ciliate.Netlink;

namespace Ciliate.Datapath.Hooks;

/// <summary>Direct-action filters at clsact qdiscs, for kernels without tcx. All of ours have one priority, the first, and are told apart
/// by name; filters of others stay, and so does a qdisc that others made.</summary>
/// <param name="routes">In the network namespace of the interfaces.</param>
internal sealed class ClsactHooks(string root, RouteNetlink routes) : IHookBackend
{
    private const ushort Priority = 1;

    /// <summary>What a kernel may take to let go of the filters of an interface that is gone.</summary>
    private static readonly TimeSpan FilterEnd = TimeSpan.FromSeconds(2);

    private readonly ClsactQdiscs _qdiscs = new(root, routes);

    /// <summary>Programs that this process has held, by their ids. Those of single endpoints it lets go.</summary>
    private readonly ConcurrentDictionary<uint, FileDescriptor> _held = [];

    public HookKind Kind => HookKind.Clsact;

    public string Attach(HookPlace place, BpfProgram program)
    {
        var record = new ClsactRecord(place.Directory, place.Program, place.IfIndex, program.Info.Id);
        var direction = place.Direction == HookDirection.Ingress ? FilterDirection.Ingress : FilterDirection.Egress;
        // Written down before it runs: a filter that nobody knows of would never go, nor would the qdisc that is made for it.
        FileSystem.MakeDirectory(record.RecordPath);
        _qdiscs.Require(place.IfIndex);
        uint handle = routes.ListFilters(place.IfIndex, direction).FirstOrDefault(filter => IsOf(record, filter))?.Handle ?? 0;
        routes.SetFilter(
            new BpfFilter(place.IfIndex, direction, Priority, handle, record.FilterName, record.ProgramId), program.Descriptor);
        foreach (var (id, _) in _held.Where(held => held.Value.IsClosed))
            _held.TryRemove(id, out _);
        _held[record.ProgramId] = program.Descriptor;
        return record.RecordPath;
    }

    public bool Runs(string directory, string program) => Directory.Exists(directory) && Directory.GetDirectories(directory)
        .Select(ClsactRecord.TryParse).Any(record => record?.Program == program && ProgramOf(record) != 0);

    public bool Owns(string record) => Directory.Exists(record) && ClsactRecord.TryParse(record) is not null;

    public void Release(string record)
    {
        var known = ClsactRecord.TryParse(record)!;
        // After a replacement the filter bears another program; it is not this record's any more.
        foreach (var filter in FiltersOf(known).Where(filter => filter.ProgramId == known.ProgramId))
            IgnoreIfGone(() => routes.DeleteFilter(filter));
        _qdiscs.Release(known.IfIndex);
        FileSystem.RemoveDirectory(record);
    }

    public void ReleaseMark(string mark) => _qdiscs.Release(ClsactQdiscs.InterfaceOf(mark));

    public int InterfaceOf(string record)
    {
        var known = ClsactRecord.TryParse(record)!;
        if (ProgramOf(known) != 0)
            return known.IfIndex;
        if (IsHeldOtherwise(known))
            return 0;
        // A filter ends some time after its interface. One that does not end is on an interface in another network namespace.
        long start = Environment.TickCount64;
        while (ProgramLives(known))
        {
            if (Environment.TickCount64 - start > FilterEnd.TotalMilliseconds)
                return known.IfIndex;
            Thread.Sleep(5);
        }
        return 0;
    }

    public uint ProgramOf(string record) => ProgramOf(ClsactRecord.TryParse(record)!);

    public void Dispose() => routes.Dispose();

    private IEnumerable<BpfFilter> FiltersOf(ClsactRecord record) => Enum.GetValues<FilterDirection>()
        .SelectMany(direction => routes.ListFilters(record.IfIndex, direction))
        .Where(filter => IsOf(record, filter));

    private uint ProgramOf(ClsactRecord record) =>
        FiltersOf(record).Any(filter => filter.ProgramId == record.ProgramId) ? record.ProgramId : 0;

    /// <summary>Endpoints may share programs: whether this one would live without the filter of the record.</summary>
    private bool IsHeldOtherwise(ClsactRecord record) => _held.TryGetValue(record.ProgramId, out var held) && !held.IsClosed || Directory
        .GetDirectories(Path.GetDirectoryName(record.Directory)!).SelectMany(Directory.GetDirectories).Select(ClsactRecord.TryParse)
        .Any(other => other is not null && other.ProgramId == record.ProgramId && ProgramOf(other) != 0);

    private static bool IsOf(ClsactRecord record, BpfFilter filter) => filter.Priority == Priority && filter.Name == record.FilterName;

    private static bool ProgramLives(ClsactRecord record)
    {
        try
        {
            using var program = BpfProgram.Open(record.ProgramId);
            // The kernel keeps 15 characters of it.
            return record.Program.StartsWith(program.Name, StringComparison.Ordinal);
        }
        catch (LinuxException error) when (error.Errno == Errno.ENOENT)
        {
            return false;
        }
    }

    internal static void IgnoreIfGone(Action deletion)
    {
        try
        {
            deletion();
        }
        catch (NetlinkException error) when (error.Errno is Errno.ENOENT or Errno.ENODEV or Errno.EINVAL)
        {
            // The interface went meanwhile, and took along what was on it.
        }
    }
}
