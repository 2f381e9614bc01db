using Ciliate.Linux;

namespace Ciliate.Bpf;

/// <summary>Makes things from specs. It keeps the BTF of each object in the kernel, so that loading the same object again, with other
/// constants, does only what differs. Thread-safe.</summary>
public sealed class BpfLoader : IDisposable
{
    private readonly Dictionary<BtfSpec, FileDescriptor> _btf = new(ReferenceEqualityComparer.Instance);
    private readonly Lock _lock = new();
    private bool _disposed;

    /// <summary>Creates maps and loads programs. When it fails everything that it made is undone, pins too.</summary>
    /// <exception cref="BpfObjectException">A program cannot do without a function that the kernel lacks.</exception>
    /// <exception cref="VerifierException">The kernel refuses a program.</exception>
    /// <exception cref="MapMismatchException">A pinned or given map differs from the object's.</exception>
    /// <exception cref="LinuxException">The kernel refuses something else.</exception>
    public LoadedObject Load(ObjectSpec spec, LoadOptions? options = null)
    {
        options ??= new LoadOptions();
        RefuseUnknownReplacements(spec, options);
        List<ProgramSpec> chosen = options.Programs is null ? [.. spec.Programs] : [.. options.Programs.Select(spec.Program)];
        HashSet<int>? needed = options.Programs is null || options.AllMaps
            ? null
            : [.. chosen.SelectMany(program => program.MapReferences).Select(reference => reference.MapIndex)];
        FileDescriptor btf = BtfOf(spec);
        using var maps = new MapSet(spec, options, btf);
        int[] descriptors = maps.Make(needed);
        var programs = new Dictionary<string, BpfProgram>();
        try
        {
            foreach (ProgramSpec program in chosen)
            {
                programs[program.Name] = ProgramLoading.Load(spec, program, btf, descriptors);
            }
        }
        catch
        {
            foreach (BpfProgram program in programs.Values)
            {
                program.Dispose();
            }

            throw;
        }

        maps.Keep();
        return new LoadedObject(spec.Name, programs, maps.Maps, maps.Owned);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            foreach (FileDescriptor btf in _btf.Values)
            {
                btf.Dispose();
            }

            _btf.Clear();
        }
    }

    private static void RefuseUnknownReplacements(ObjectSpec spec, LoadOptions options)
    {
        foreach (string name in options.MapReplacements.Keys)
        {
            _ = spec.Map(name);
        }
    }

    private FileDescriptor BtfOf(ObjectSpec spec)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_btf.TryGetValue(spec.Btf, out FileDescriptor? btf))
            {
                _btf[spec.Btf] = btf = BtfLoading.Load(spec.Btf, spec.Name);
            }

            return btf;
        }
    }
}
