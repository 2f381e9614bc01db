using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ciliate.Bpf;
using Ciliate.Linux;

namespace Ciliate.Datapath.Layouts;

/// <summary>
/// Where maps are pinned, and how they come from one layout into another while programs run on them:
/// <code>
/// maps has another layout ─▶ maps-new: what is the same is pinned there too, the rest is made and filled from maps
/// ─▶ maps becomes maps-old-N, maps-new becomes maps ─▶ (each endpoint's programs are replaced, one atomic update a hook)
/// ─▶ no program uses maps-old-N any more: what came there meanwhile is carried over, maps-old-N goes
/// </code>
/// Until then both stay valid, and an agent that dies in between is followed by one that goes on from what it finds.
/// </summary>
internal sealed class MapDirectories(string root, ObjectSpec spec)
{
    private const string Name = "maps";

    /// <summary>Of the moment: worth nothing to a later packet.</summary>
    private static readonly string[] Passing = ["scratch", "fragments", "event_counts"];

    /// <summary>What programs add to.</summary>
    private static readonly string[] Growing = ["flows", "nat"];

    // The kernel takes no dots in names on a bpffs.
    private readonly string _current = Path.Combine(root, Name), _new = Path.Combine(root, Name + "-new");

    private IEnumerable<MapSpec> Pinned => spec.Maps.Where(map => map.IsPinned);

    /// <summary>Of layouts that were, oldest first.</summary>
    private string[] Old => Directory.Exists(root) ? [.. Directory.GetDirectories(root, Name + "-old-*").Order(StringComparer.Ordinal)] : [];

    public static bool IsOurs(string path) => Path.GetFileName(path) is { } name && (name == Name || name.StartsWith(Name + "-", StringComparison.Ordinal));

    /// <summary>The directory whose maps, if there are any, have the layouts of the spec.</summary>
    /// <exception cref="DatapathException">What is there cannot be carried over.</exception>
    public string Prepare(BpfLoader loader)
    {
        if (!Directory.Exists(_current) && Old.Length > 0)
            FileSystem.Rename(_new, _current);
        Remove(_new);
        FileSystem.MakeDirectory(_current);
        MapSpec[] changed = [.. Pinned.Where(IsChanged)];
        if (changed.Length > 0)
            Rebuild(loader, changed);
        return _current;
    }

    /// <summary>Removes what was before, if none of these programs uses it any more.</summary>
    /// <param name="waitForReaders">Returns when no program runs any more that did when it was called.</param>
    /// <returns>Whether something was removed.</returns>
    public bool Finish(IEnumerable<uint> programs, Action waitForReaders)
    {
        if (Old.Length == 0)
            return false;
        HashSet<uint> used = [.. programs.SelectMany(MapsOf)], kept = [.. IdsIn(_current)];
        string[] finished = [.. Old.Where(directory => !IdsIn(directory).Except(kept).Any(used.Contains))];
        if (finished.Length > 0)
            waitForReaders();
        foreach (string directory in finished)
        {
            foreach (MapSpec map in Pinned.Where(map => Growing.Contains(map.Name)))
                CarryWhatFits(directory, map);
            Remove(directory);
        }

        return finished.Length > 0;
    }

    private bool IsChanged(MapSpec wanted)
    {
        string pin = Path.Combine(_current, wanted.Name);
        if (!File.Exists(pin))
            return false;
        using var map = BpfMap.OpenPinned(pin);
        return !MapCarrier.IsSame(map, spec, wanted);
    }

    private void Rebuild(BpfLoader loader, MapSpec[] changed)
    {
        FileSystem.MakeDirectory(_new);
        foreach (MapSpec same in Pinned.Except(changed).Where(map => File.Exists(Path.Combine(_current, map.Name))))
        {
            using var map = BpfMap.OpenPinned(Path.Combine(_current, same.Name));
            map.Pin(Path.Combine(_new, same.Name));
        }

        using (loader.Load(spec, new LoadOptions { PinDirectory = _new }))
        {
            RequireMeaning(changed);
            foreach (MapSpec map in changed.Where(map => !Passing.Contains(map.Name)))
                CarryAll(map);
        }

        int number = Old.Select(NumberOf).DefaultIfEmpty(0).Max() + 1;
        FileSystem.Rename(_current, Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"{Name}-old-{number:d4}")));
        FileSystem.Rename(_new, _current);
    }

    /// <summary>Before anything is read as something that it is not.</summary>
    private void RequireMeaning(MapSpec[] changed)
    {
        if (changed.FirstOrDefault(map => map.Name == "endpoints") is not { } endpoints)
            return;
        using BpfMap old = BpfMap.OpenPinned(Path.Combine(_current, endpoints.Name)), now = BpfMap.OpenPinned(Path.Combine(_new, endpoints.Name));
        var carrier = new MapCarrier(old, now, spec, endpoints);
        if (carrier.Read(new byte[sizeof(uint)]) is { } first && first.Length == Unsafe.SizeOf<Abi.Endpoint>())
            LayoutVersions.Require(MemoryMarshal.Read<Abi.Endpoint>(first), root);
    }

    /// <exception cref="DatapathException">The map is to be smaller than what is in it. Nothing has changed.</exception>
    private void CarryAll(MapSpec map)
    {
        try
        {
            Carry(_current, _new, map, UpdateMode.Any);
        }
        catch (LinuxException error) when (error.Errno == Errno.E2BIG)
        {
            string remedy = Growing.Contains(map.Name) ? "set flow-table-size back or larger, or start again when there are fewer flows" : "start the agent of before";
            throw new DatapathException($"table {map.Name} has more entries than the {map.MaxEntries} that it is to have room for; {remedy}", error);
        }
    }

    /// <summary>Of what came meanwhile. A flow that finds no room is judged like one that is seen first in its midst.</summary>
    private void CarryWhatFits(string from, MapSpec map)
    {
        try
        {
            Carry(from, _current, map, UpdateMode.OnlyAdd);
        }
        catch (LinuxException error) when (error.Errno == Errno.E2BIG)
        {
            // The new map is smaller, and programs have filled it.
        }
    }

    private void Carry(string from, string to, MapSpec map, UpdateMode mode)
    {
        using BpfMap old = BpfMap.OpenPinned(Path.Combine(from, map.Name)), now = BpfMap.OpenPinned(Path.Combine(to, map.Name));
        if (old.Info.Id != now.Info.Id)
            new MapCarrier(old, now, spec, map).Carry(mode);
    }

    private static IEnumerable<uint> MapsOf(uint programId)
    {
        using var program = BpfProgram.Open(programId);
        return program.Info.MapIds;
    }

    private static IEnumerable<uint> IdsIn(string directory)
    {
        foreach (string pin in Directory.GetFiles(directory))
        {
            using var map = BpfMap.OpenPinned(pin);
            yield return map.Info.Id;
        }
    }

    private static int NumberOf(string directory) => int.TryParse(directory[(directory.LastIndexOf('-') + 1)..], out int number) ? number : 0;

    private static void Remove(string directory)
    {
        foreach (string pin in Directory.Exists(directory) ? Directory.GetFiles(directory) : [])
            FileSystem.Remove(pin);
        FileSystem.RemoveDirectory(directory);
    }
}
