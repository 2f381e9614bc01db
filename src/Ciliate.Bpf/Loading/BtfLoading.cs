using System.Text;
using Ciliate.Bpf.Interop;
using Ciliate.Linux;
using static Ciliate.Bpf.Interop.BpfCommand;

namespace Ciliate.Bpf;

/// <summary>BPF_BTF_LOAD.</summary>
internal static unsafe class BtfLoading
{
    private const int LogSize = 1 << 20;

    /// <exception cref="BpfObjectException">The kernel finds the BTF broken.</exception>
    /// <exception cref="LinuxException">The kernel refuses for another reason.</exception>
    public static FileDescriptor Load(BtfSpec btf, string file)
    {
        int result = Call(btf, null);
        if (result >= 0)
        {
            return new FileDescriptor(result);
        }

        byte[] log = new byte[LogSize];
        int error = Call(btf, log);
        if (error >= 0)
        {
            return new FileDescriptor(error);
        }

        string text = Encoding.UTF8.GetString(log, 0, Math.Max(0, Array.IndexOf(log, (byte)0)));
        string[] lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        throw lines.Length > 0
            ? new BpfObjectException(file, BtfParser.SectionName, $"the kernel refuses it: {lines[^1]}")
            : new LinuxException($"load the BTF of {file}", -error);
    }

    private static int Call(BtfSpec btf, byte[]? log)
    {
        fixed (byte* blob = btf.Blob.Span)
        fixed (byte* logPointer = log)
        {
            var attribute = new bpf_attr_btf_load
            {
                btf = blob,
                btf_size = (uint)btf.Blob.Length,
                btf_log_buf = logPointer,
                btf_log_size = (uint)(log?.Length ?? 0),
                btf_log_level = log is null ? 0u : 1u,
            };
            return SystemCall.Bpf(BPF_BTF_LOAD, ref attribute);
        }
    }
}
