using System.Text;
using Ciliate.Linux;
using static Ciliate.Bpf.Interop.BpfCommand;

namespace Ciliate.Bpf.Interop;

/// <summary>What maps, programs and links have in common: pins, ids and information.</summary>
internal static unsafe class BpfObjects
{
    public static void Pin(FileDescriptor descriptor, string path, string what)
    {
        using DescriptorLease lease = descriptor.Lease();
        fixed (byte* name = NullTerminated(path))
        {
            var attribute = new bpf_attr_obj { pathname = name, bpf_fd = lease.Number };
            int result = SystemCall.Bpf(BPF_OBJ_PIN, ref attribute);
            if (result < 0)
            {
                throw new LinuxException($"pin {what} at {path}", -result);
            }
        }
    }

    /// <param name="kind">"map", "prog" or "link": what must be pinned there; empty for any.</param>
    public static FileDescriptor OpenPinned(string path, string kind)
    {
        fixed (byte* name = NullTerminated(path))
        {
            var attribute = new bpf_attr_obj { pathname = name };
            FileDescriptor descriptor = SystemCall.BpfDescriptor(BPF_OBJ_GET, ref attribute, $"open pin {path}");
            // The call opens any kind, and asking for information of the wrong one yields nonsense instead of an error.
            string found = new FileInfo($"/proc/self/fd/{descriptor.Number}").LinkTarget ?? "";
            if (found.EndsWith(kind, StringComparison.Ordinal))
            {
                return descriptor;
            }

            descriptor.Dispose();
            throw new LinuxException($"open pin {path} as bpf {kind}, it is {found}", Errno.EINVAL);
        }
    }

    public static FileDescriptor OpenById(int command, uint id, string what)
    {
        var attribute = new bpf_attr_id { id = id };
        return SystemCall.BpfDescriptor(command, ref attribute, $"open {what} with id {id}");
    }

    public static void GetInfo<T>(FileDescriptor descriptor, ref T info, string what) where T : unmanaged
    {
        using DescriptorLease lease = descriptor.Lease();
        fixed (T* pointer = &info)
        {
            var attribute = new bpf_attr_info { bpf_fd = lease.Number, info_len = (uint)sizeof(T), info = pointer };
            int result = SystemCall.Bpf(BPF_OBJ_GET_INFO_BY_FD, ref attribute);
            if (result < 0)
            {
                throw new LinuxException($"read what the kernel knows of {what}", -result);
            }
        }
    }

    /// <summary>The same for a descriptor that nobody else would close when it fails.</summary>
    public static void GetInfoOrClose<T>(FileDescriptor descriptor, ref T info, string what) where T : unmanaged
    {
        try
        {
            GetInfo(descriptor, ref info, what);
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>Ids of everything of a kind, by one of the NEXT_ID commands.</summary>
    public static IReadOnlyList<uint> ListIds(int command, string what)
    {
        List<uint> ids = [];
        for (uint last = 0; ;)
        {
            var attribute = new bpf_attr_id { id = last };
            int result = SystemCall.Bpf(command, ref attribute);
            if (result == -Errno.ENOENT)
            {
                return ids;
            }

            if (result < 0)
            {
                throw new LinuxException($"list {what}", -result);
            }

            ids.Add(last = attribute.next_id);
        }
    }

    /// <summary>Commands on one descriptor. Throws when the call fails.</summary>
    public static void Call(int command, FileDescriptor descriptor, string what)
    {
        using DescriptorLease lease = descriptor.Lease();
        var attribute = new bpf_attr_fd { fd = lease.Number };
        int result = SystemCall.Bpf(command, ref attribute);
        if (result < 0)
        {
            throw new LinuxException(what, -result);
        }
    }

    public static byte[] NullTerminated(string text) => Encoding.UTF8.GetBytes(text + '\0');
}
