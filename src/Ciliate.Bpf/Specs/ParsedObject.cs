using Ciliate.Bpf.Elf;

namespace Ciliate.Bpf;

/// <summary>Everything that parsing yields; shared by all clones of a spec and never changed.</summary>
internal sealed class ParsedObject
{
    private const string LicenseSection = "license";

    public ParsedObject(ReadOnlyMemory<byte> file, string name)
    {
        ElfFile elf = ElfFile.Parse(file, name);
        ElfSection btf = elf.Find(BtfParser.SectionName)
            ?? throw new BpfObjectException(name, BtfParser.SectionName, "is missing: compile with -g");
        Name = name;
        var written = BtfSpec.Parse(btf.Data, name);
        Btf = BtfCompletion.Complete(written, elf);
        BtfExt ext = BtfExt.Parse(elf.Find(".BTF.ext"), Btf, name);
        var maps = new MapTable(elf, Btf);
        Maps = maps.Maps;
        RefuseDoubles(Maps.Select(map => map.Name), MapSpecReader.SectionName);
        Constants = ConstantSpec.Read(Btf, Maps).DistinctBy(constant => constant.Name).ToDictionary(constant => constant.Name);
        Programs = ReadPrograms(elf, ext, maps, KernelSymbols.FunctionsOf(written));
        RefuseDoubles(Programs.Select(program => program.Name), "symbol table");
    }

    public string Name { get; }

    public BtfSpec Btf { get; }

    public IReadOnlyList<MapSpec> Maps { get; }

    public IReadOnlyDictionary<string, ConstantSpec> Constants { get; }

    public IReadOnlyList<ProgramSpec> Programs { get; }

    private static List<ProgramSpec> ReadPrograms(ElfFile elf, BtfExt ext, MapTable maps, HashSet<string> kernelFunctions)
    {
        string license = elf.Find(LicenseSection) is { } section ? elf.Bytes(section).Text(0) : "";
        var functions = new CodeFunctions(elf, ext);
        var programs = new List<ProgramSpec>();
        foreach (CodeFunction entry in functions.All.Where(function => function.IsGlobal && function.Section.Name != ".text"))
        {
            SectionMeaning meaning = SectionMeaning.Of(entry.Section.Name, elf.Name);
            LinkedCode code = ProgramLinker.Link(entry, elf, functions, maps, kernelFunctions);
            programs.Add(new ProgramSpec(entry.Name, entry.Section.Name, meaning, license, code));
        }

        return programs;
    }

    private void RefuseDoubles(IEnumerable<string> names, string section)
    {
        if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new BpfObjectException(Name, section, $"has {twice.Key} twice");
        }
    }
}
