using Ciliate.Linux;

namespace Ciliate.Bpf;

/// <summary>The maps of one load while it is under way. Disposed before <see cref="Keep"/> it undoes what it did, pins included.</summary>
internal sealed class MapSet(ObjectSpec spec, LoadOptions options, FileDescriptor btf) : IDisposable
{
    private readonly List<BpfMap> _owned = [];
    private readonly List<string> _pins = [];
    private bool _kept;

    public Dictionary<string, BpfMap> Maps { get; } = [];

    public IReadOnlyCollection<BpfMap> Owned => _owned;

    /// <summary>Descriptors by map index; -1 where none is made.</summary>
    public int[] Make(IReadOnlySet<int>? needed)
    {
        int[] descriptors = new int[spec.Maps.Count];
        for (int i = 0; i < descriptors.Length; i++)
        {
            MapSpec map = spec.Maps[i];
            if (needed is not null && !needed.Contains(i))
            {
                descriptors[i] = -1;
                continue;
            }

            BpfMap made = Find(map) ?? CreateNew(map, i);
            Maps[map.Name] = made;
            descriptors[i] = made.Descriptor.Number;
        }

        return descriptors;
    }

    public void Keep() => _kept = true;

    public void Dispose()
    {
        if (_kept)
        {
            return;
        }

        _pins.ForEach(FileSystem.Remove);
        _owned.ForEach(map => map.Dispose());
    }

    private BpfMap? Find(MapSpec map)
    {
        if (options.MapReplacements.TryGetValue(map.Name, out BpfMap? replacement))
        {
            MapCompatibility.Check(map, replacement, "given as replacement");
            return replacement;
        }

        if (!map.IsPinned || !File.Exists(PinPath(map)))
        {
            return null;
        }

        var pinned = BpfMap.OpenPinned(PinPath(map));
        _owned.Add(pinned);
        MapCompatibility.Check(map, pinned, $"pinned at {PinPath(map)}");
        return pinned;
    }

    private BpfMap CreateNew(MapSpec map, int index)
    {
        BpfMap made = map.IsDataSection
            ? MapFactory.CreateDataSection(map, spec.ContentOf(index).Span, btf)
            : MapFactory.Create(map, btf);
        _owned.Add(made);
        if (map.IsPinned)
        {
            made.Pin(PinPath(map));
            _pins.Add(PinPath(map));
        }

        return made;
    }

    private string PinPath(MapSpec map) => options.PinDirectory is { } directory
        ? Path.Combine(directory, map.Name)
        : throw new ArgumentException($"{spec.Name}: map {map.Name} is pinned by name, but no pin directory is given");
}
