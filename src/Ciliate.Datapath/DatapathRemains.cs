using Ciliate.Bpf;
using Ciliate.Datapath.Hooks;
using Ciliate.Datapath.Layouts;
using Ciliate.Linux;

namespace Ciliate.Datapath;

/// <summary>Something that an agent left below its root.</summary>
/// <param name="Kind">"program" at an interface, "qdisc", "map", "pin" of anything else, or "directory".</param>
public sealed record DatapathRemain(string Kind, string Path);

/// <summary>What lies below the root of an agent that does not run, and how it goes. No program and no map is loaded to find it. Somebody may
/// have named a root that holds other things too: what no agent makes there stays, and the root with it.</summary>
/// <param name="root">On a bpffs; need not exist.</param>
public sealed class DatapathRemains(string root) : IDisposable
{
    private static readonly string[] OwnDirectories = ["endpoints", "uplinks", UserMapPins.Place];

    private readonly InterfaceHooks _hooks = InterfaceHooks.ForRelease(root);

    /// <summary>In the order in which it can be removed: programs, then pins, then directories, inner ones first.</summary>
    public IReadOnlyList<DatapathRemain> List()
    {
        if (!Directory.Exists(root))
            return [];
        var found = new List<DatapathRemain>();
        foreach (var path in Directory.GetDirectories(root).Where(IsOurs).Order(StringComparer.Ordinal))
            CollectDirectory(path, found);
        if (Strangers().Count == 0)
            found.Add(new DatapathRemain("directory", root));
        return [.. found.OrderBy(Rank)];
    }

    /// <summary>What stands in the root and is not an agent's.</summary>
    public IReadOnlyList<string> Strangers() =>
        Directory.Exists(root) ? [.. Directory.GetFileSystemEntries(root).Where(path => !IsOurs(path)).Order(StringComparer.Ordinal)] : [];

    /// <summary>Interfaces, by endpoint, that the endpoints' programs run at, in whatever network namespace.</summary>
    public IReadOnlyDictionary<ushort, int> EndpointInterfaces() => EndpointPrograms.DirectoriesBelow(root)
        .ToDictionary(endpoint => endpoint.Id, endpoint => _hooks.InterfaceOf(endpoint.Directory, EndpointPrograms.FromContainer));

    /// <summary>Safe to repeat.</summary>
    /// <exception cref="DatapathException">The kernel refuses.</exception>
    public void Remove(DatapathRemain remain) => KernelDatapath.Explain($"remove {remain.Kind} {remain.Path}", () =>
    {
        switch (remain.Kind)
        {
            case "program":
                _hooks.ReleaseRecord(remain.Path);
                break;
            case "qdisc":
                _hooks.ReleaseMark(remain.Path);
                break;
            case "directory":
                FileSystem.RemoveDirectory(remain.Path);
                break;
            default:
                FileSystem.Remove(remain.Path);
                break;
        }
    });

    public void Dispose() => _hooks.Dispose();

    private static bool IsOurs(string path) =>
        Directory.Exists(path) && (OwnDirectories.Contains(Path.GetFileName(path)) || MapDirectories.IsOurs(path) || ClsactQdiscs.IsMark(path));

    private void CollectDirectory(string directory, List<DatapathRemain> found)
    {
        if (_hooks.IsFilterRecord(directory) || ClsactQdiscs.IsMark(directory))
        {
            found.Add(new DatapathRemain(ClsactQdiscs.IsMark(directory) ? "qdisc" : "program", directory));
            return;
        }
        foreach (var path in Directory.GetFiles(directory).Order(StringComparer.Ordinal))
            found.Add(new DatapathRemain(KindOfPin(path), path));
        foreach (var path in Directory.GetDirectories(directory).Order(StringComparer.Ordinal))
            CollectDirectory(path, found);
        found.Add(new DatapathRemain("directory", directory));
    }

    private static string KindOfPin(string path) => BpfPin.KindOf(path) switch
    {
        PinKind.Link => "program",
        PinKind.Map => "map",
        _ => "pin",
    };

    private static int Rank(DatapathRemain remain) => remain.Kind switch
    {
        "program" => 0,
        "qdisc" => 1,
        "directory" => 3,
        _ => 2,
    };
}
