using System.Buffers.Binary;
using System.Globalization;
using Ciliate.Bpf.Interop;
using Ciliate.Linux;
using static Ciliate.Bpf.Interop.BpfCommand;

namespace Ciliate.Bpf;

/// <summary>A loaded program, held by a descriptor: it lives as long as someone holds it, it is attached or it is pinned. Thread-safe.</summary>
public sealed unsafe class BpfProgram : IDisposable
{
    private readonly Lazy<ProgramInfo> _info;

    internal BpfProgram(FileDescriptor descriptor, string? name = null)
    {
        Descriptor = descriptor;
        _info = new(ReadInfo);
        Name = name ?? NameOrClose();
    }

    public FileDescriptor Descriptor { get; }

    /// <summary>The C function; at most 15 characters of it when the kernel alone knows it.</summary>
    public string Name { get; }

    public ProgramInfo Info => _info.Value;

    /// <exception cref="LinuxException">There is none.</exception>
    public static BpfProgram Open(uint id) => new(BpfObjects.OpenById(BPF_PROG_GET_FD_BY_ID, id, "program"));

    /// <summary>The ids of all programs of the machine at this time.</summary>
    public static IReadOnlyList<uint> ListIds() => BpfObjects.ListIds(BPF_PROG_GET_NEXT_ID, "programs");

    /// <exception cref="LinuxException">Nothing is pinned there, or it is no program.</exception>
    public static BpfProgram OpenPinned(string path) => new(BpfObjects.OpenPinned(path, "prog"));

    /// <summary>Keeps the program beyond this process.</summary>
    public void Pin(string path) => BpfObjects.Pin(Descriptor, path, $"program {Name}");

    /// <summary>Runs the program once or often on made-up input, by BPF_PROG_TEST_RUN.</summary>
    /// <exception cref="LinuxException">The kernel refuses the input.</exception>
    public TestRunResult TestRun(TestRunInput input) => ProgramTestRun.Run(this, input);

    public override string ToString() => $"program {Name}";

    public void Dispose() => Descriptor.Dispose();

    private string NameOrClose()
    {
        try
        {
            return Info.Name;
        }
        catch
        {
            Descriptor.Dispose();
            throw;
        }
    }

    private ProgramInfo ReadInfo()
    {
        var info = default(bpf_prog_info);
        BpfObjects.GetInfo(Descriptor, ref info, $"program {Name}");
        uint[] maps = new uint[info.nr_map_ids];
        fixed (uint* pointer = maps)
        {
            var again = new bpf_prog_info { nr_map_ids = (uint)maps.Length, map_ids = pointer };
            BpfObjects.GetInfo(Descriptor, ref again, $"program {Name}");
        }

        return new ProgramInfo(
            (ProgramType)info.type, info.id, info.name.ToString(),
            BinaryPrimitives.ReverseEndianness(info.tag).ToString("x16", CultureInfo.InvariantCulture),
            (int)info.xlated_prog_len, (int)info.jited_prog_len, (int)info.verified_insns,
            TimeSpan.FromTicks((long)(info.load_time / TimeSpan.NanosecondsPerTick)), maps);
    }
}
