using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ciliate.Bpf;

/// <summary>The blueprint of an object file: the same on every machine, no kernel needed. The loader makes the thing.
/// Parse once, <see cref="Clone"/> for each load that differs in constants or map sizes. Not thread-safe; clones are independent.</summary>
public sealed class ObjectSpec
{
    private readonly MapSpec[] _maps;
    private readonly byte[]?[] _contents;
    private readonly ProgramSpec[] _programs;
    private readonly ParsedObject _parsed;

    private ObjectSpec(ParsedObject parsed, BtfSpec btf, MapSpec[] maps, byte[]?[] contents, ProgramSpec[] programs)
    {
        _parsed = parsed;
        Btf = btf;
        _maps = maps;
        _contents = contents;
        _programs = programs;
    }

    /// <summary>The file, as errors name it.</summary>
    public string Name => _parsed.Name;

    /// <summary>Shared by clones.</summary>
    public BtfSpec Btf { get; }

    /// <summary>The maps of section .maps, then one for each data section.</summary>
    public IReadOnlyList<MapSpec> Maps => _maps;

    public IReadOnlyList<ProgramSpec> Programs => _programs;

    public IEnumerable<ConstantSpec> Constants => _parsed.Constants.Values;

    /// <param name="elf">The file; it must not change as long as the spec is used.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="BpfObjectException">The file is broken or needs what is not supported.</exception>
    public static ObjectSpec Parse(ReadOnlyMemory<byte> elf, string name)
    {
        var parsed = new ParsedObject(elf, name);
        return new ObjectSpec(parsed, parsed.Btf, [.. parsed.Maps], new byte[]?[parsed.Maps.Count], [.. parsed.Programs]);
    }

    public static ObjectSpec Open(string path) => Parse(File.ReadAllBytes(path), Path.GetFileName(path));

    /// <summary>A spec of its own that shares everything that is not changed.</summary>
    public ObjectSpec Clone() => Extend(Btf, []);

    /// <summary>A clone with more maps behind its own, and with a BTF that has at least the types and strings of this one, by the same ids and places.</summary>
    internal ObjectSpec Extend(BtfSpec btf, MapSpec[] maps)
    {
        if (maps.Select(map => map.Name).Intersect(_maps.Select(map => map.Name)).FirstOrDefault() is { } taken)
        {
            throw new ArgumentException($"{Name} has a map {taken} already", nameof(maps));
        }

        byte[]?[] contents = [.. _contents.Select(content => (byte[]?)content?.Clone()), .. new byte[]?[maps.Length]];
        return new(_parsed, btf, [.. _maps, .. maps], contents, [.. _programs]);
    }

    /// <exception cref="ArgumentException">There is no such map.</exception>
    public MapSpec Map(string name) => _maps[MapIndex(name)];

    /// <exception cref="ArgumentException">There is no such program.</exception>
    public ProgramSpec Program(string name) => Programs.FirstOrDefault(program => program.Name == name)
        ?? throw new ArgumentException($"{Name} has no program {name}", nameof(name));

    /// <summary>A program as text: functions, source lines and instructions, maps by name.</summary>
    public string Disassemble(string program) => ProgramListing.Of(this, Program(program));

    /// <summary>"file.c:12: the source line" that an instruction of a program belongs to; null when nobody knows.</summary>
    public string? SourceLineOf(ProgramSpec program, int slot) =>
        program.Lines.LastOrDefault(line => line.Slot <= slot) is { Line: > 0 } line ? Btf.Describe(line) : null;

    /// <summary>The same, instruction by instruction.</summary>
    public IReadOnlyList<ListedInstruction> List(string program) => ProgramListing.Read(this, Program(program));

    /// <summary>Replaces the blueprint of a map: <c>spec.ConfigureMap("flows", map => map with { MaxEntries = 1000 })</c>.</summary>
    public void ConfigureMap(string name, Func<MapSpec, MapSpec> change)
    {
        int index = MapIndex(name);
        _maps[index] = change(_maps[index]) with { Name = name };
    }

    /// <summary>Puts a program that was made from one of this object in the place of that one.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public void ReplaceProgram(ProgramSpec program) => _programs[Array.IndexOf(_programs, Program(program.Name))] = program;

    /// <summary>Sets a <c>const volatile</c> variable.</summary>
    /// <exception cref="ArgumentException">There is none of that name, or it has another size.</exception>
    public void SetConstant<T>(string name, T value) where T : unmanaged => SetConstant(name, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    /// <inheritdoc cref="SetConstant{T}(string, T)"/>
    public void SetConstant(string name, ReadOnlySpan<byte> value)
    {
        ConstantSpec constant = Constant(name, value.Length);
        value.CopyTo(OwnContent(constant.MapIndex).AsSpan(constant.Offset));
    }

    /// <summary>What a program loaded now would see.</summary>
    public T GetConstant<T>(string name) where T : unmanaged
    {
        ConstantSpec constant = Constant(name, Unsafe.SizeOf<T>());
        return MemoryMarshal.Read<T>(OwnContent(constant.MapIndex).AsSpan(constant.Offset));
    }

    /// <summary>Content of a data section as a program loaded now would see it.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public ReadOnlyMemory<byte> DataSection(string name) => OwnContent(MapIndex(name));

    /// <summary>Content of a data section as it is to be loaded; empty stands for zeros.</summary>
    internal ReadOnlyMemory<byte> ContentOf(int mapIndex) => _contents[mapIndex] is { } own ? own : _maps[mapIndex].InitialContent;

    private byte[] OwnContent(int mapIndex)
    {
        if (_contents[mapIndex] is not { } own)
        {
            // A section without content in the file is one of zeros.
            _contents[mapIndex] = own = new byte[_maps[mapIndex].ValueSize];
            _maps[mapIndex].InitialContent.CopyTo(own);
        }

        return own;
    }

    private ConstantSpec Constant(string name, int size)
    {
        if (!_parsed.Constants.TryGetValue(name, out ConstantSpec? constant))
        {
            throw new ArgumentException($"{Name} has no const volatile variable {name}", nameof(name));
        }

        return constant.Size == size
            ? constant
            : throw new ArgumentException($"{Name}: {name} is {constant.TypeName} of {constant.Size} bytes, not of {size}", nameof(name));
    }

    private int MapIndex(string name)
    {
        int index = Array.FindIndex(_maps, map => map.Name == name);
        return index >= 0 ? index : throw new ArgumentException($"{Name} has no map {name}", nameof(name));
    }
}
