using Ciliate.Bpf;
using Ciliate.Linux;

namespace Ciliate.Datapath;

/// <summary>Where the maps of the user's programs are pinned, so that they live as long as the program is at its endpoint:
/// <c>user/ID/egress|ingress/DIGEST/NAME</c>, with the first digits of the object's SHA-256. Thread-safe for different endpoints.</summary>
/// <param name="root">Of the agent, on a bpffs.</param>
internal sealed class UserMapPins(string root)
{
    public const string Place = "user";

    private const int DigestDigits = 12;

    private readonly string _root = Path.Combine(root, Place);

    /// <summary>Those that the program of a hook finds: its own, pinned for this object, or of another that it comes in the place of those
    /// with the same name and shape. Data sections are an object's own.</summary>
    /// <returns>By their C names; the caller's.</returns>
    public Dictionary<string, BpfMap> Open(ushort id, TrafficDirection direction, UserHook hook, UserProgram program)
    {
        var found = new Dictionary<string, BpfMap>();
        try
        {
            foreach (var map in program.MapSpecs)
            {
                if (PathsFor(id, direction, hook, map).Select(path => OpenFitting(path, map)).FirstOrDefault(fit => fit is not null) is { } kept)
                    found[map.Name] = kept;
            }
            return found;
        }
        catch
        {
            foreach (var map in found.Values)
                map.Dispose();
            throw;
        }
    }

    /// <summary>Those that are not there yet. Safe to repeat.</summary>
    /// <param name="maps">By their C names.</param>
    public void Pin(ushort id, TrafficDirection direction, UserHook hook, IEnumerable<KeyValuePair<string, BpfMap>> maps)
    {
        var directory = PathOf(id, direction, hook);
        foreach (var (name, map) in maps)
        {
            var path = Path.Combine(directory, PinName(name));
            if (File.Exists(path) && IdOf(path) == map.Info.Id)
                continue;
            FileSystem.MakeDirectory(directory);
            FileSystem.Remove(path);
            map.Pin(path);
        }
    }

    public IEnumerable<UserMapRow> Read(ushort id, TrafficDirection direction, UserHook hook)
    {
        var directory = PathOf(id, direction, hook);
        foreach (string name in UserProgram.Open(hook).Maps)
        {
            var path = Path.Combine(directory, PinName(name));
            if (!File.Exists(path))
                continue;
            using var map = BpfMap.OpenPinned(path);
            yield return new UserMapRow(direction, name, map.Info.Type.ToString(), map.Info.Id, path);
        }
    }

    /// <summary>Takes away all pins but those of the hooks. Safe to repeat, and cheap when there are none.</summary>
    public void KeepOnly(IReadOnlyCollection<EndpointWiring> endpoints)
    {
        if (!Directory.Exists(_root))
            return;
        HashSet<string> kept =
            [.. endpoints.SelectMany(endpoint => HooksOf(endpoint.Users).Select(hook => PathOf(endpoint.Id, hook.Direction, hook.Hook)))];
        Sweep(_root, kept);
    }

    public void Remove(ushort id)
    {
        if (Directory.Exists(PathOf(id)))
            Sweep(PathOf(id), []);
    }

    private static IEnumerable<(TrafficDirection Direction, UserHook Hook)> HooksOf(UserHooks hooks) => Enum.GetValues<TrafficDirection>()
        .Where(direction => hooks[direction] is not null).Select(direction => (direction, hooks[direction]!));

    /// <summary>A directory goes when nothing is left in it.</summary>
    private static void Sweep(string directory, HashSet<string> kept)
    {
        if (kept.Contains(directory))
            return;
        foreach (var path in Directory.GetDirectories(directory))
            Sweep(path, kept);
        foreach (var path in Directory.GetFiles(directory))
            FileSystem.Remove(path);
        if (!Directory.EnumerateFileSystemEntries(directory).Any())
            FileSystem.RemoveDirectory(directory);
    }

    private IEnumerable<string> PathsFor(ushort id, TrafficDirection direction, UserHook hook, MapSpec map)
    {
        var own = PathOf(id, direction, hook);
        yield return Path.Combine(own, PinName(map.Name));
        if (map.IsDataSection || !Directory.Exists(PathOf(id, direction)))
            yield break;
        foreach (var other in Directory.GetDirectories(PathOf(id, direction)).Where(path => path != own))
            yield return Path.Combine(other, PinName(map.Name));
    }

    private static BpfMap? OpenFitting(string path, MapSpec wanted)
    {
        if (!File.Exists(path))
            return null;
        var map = BpfMap.OpenPinned(path);
        if (wanted.Fits(map.Info))
            return map;
        map.Dispose();
        return null;
    }

    private static uint IdOf(string path)
    {
        using var map = BpfMap.OpenPinned(path);
        return map.Info.Id;
    }

    private string PathOf(ushort id) => Path.Combine(_root, id.ToString());

    private string PathOf(ushort id, TrafficDirection direction) => Path.Combine(PathOf(id), direction == TrafficDirection.Egress ? "egress" : "ingress");

    private string PathOf(ushort id, TrafficDirection direction, UserHook hook) => Path.Combine(PathOf(id, direction), hook.Digest[..DigestDigits]);

    /// <summary>The kernel takes no dots in names on a bpffs.</summary>
    private static string PinName(string map) => map.TrimStart('.').Replace('.', '_');
}
