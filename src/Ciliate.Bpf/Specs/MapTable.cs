using Ciliate.Bpf.Elf;

namespace Ciliate.Bpf;

/// <summary>All maps of an object, and which of them a place in a section means.</summary>
internal sealed class MapTable
{
    private readonly List<MapSpec> _maps = [];
    private readonly Dictionary<uint, int> _byOffset = [];
    private readonly Dictionary<int, int> _bySection = [];
    private readonly int _mapsSection;

    public MapTable(ElfFile elf, BtfSpec btf)
    {
        _mapsSection = elf.Find(MapSpecReader.SectionName)?.Index ?? -1;
        foreach ((uint offset, MapSpec spec) in new MapSpecReader(btf, elf.Name).Read(elf))
        {
            _byOffset[offset] = _maps.Count;
            _maps.Add(spec);
        }

        foreach (ElfSection section in elf.Sections.Where(section => section.Size > 0 && DataSections.IsData(section.Name)))
        {
            _bySection[section.Index] = _maps.Count;
            _maps.Add(DataSections.ToMap(section, btf));
        }
    }

    public IReadOnlyList<MapSpec> Maps => _maps;

    public MapReference? Find(ElfSection section, long offset)
    {
        if (section.Index == _mapsSection)
        {
            return offset >= 0 && _byOffset.TryGetValue((uint)offset, out int map) ? new MapReference(0, map, IsValue: false, 0) : null;
        }

        return offset >= 0 && offset < section.Size && _bySection.TryGetValue(section.Index, out int data)
            ? new MapReference(0, data, IsValue: true, (int)offset)
            : null;
    }
}
