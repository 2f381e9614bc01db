using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Ciliate.Bpf.Interop;

// union bpf_attr of linux/bpf.h: one struct for each command, with the fields that Linux 6.1 knows.

[InlineArray(BpfCommand.BPF_OBJ_NAME_LEN)]
internal struct ObjectName
{
    private byte _element0;

    /// <summary>The kernel takes 15 letters, digits, dots and underscores.</summary>
    public static ObjectName From(string name)
    {
        var result = default(ObjectName);
        for (int i = 0; i < name.Length && i < BpfCommand.BPF_OBJ_NAME_LEN - 1; i++)
        {
            result[i] = char.IsAsciiLetterOrDigit(name[i]) || name[i] is '.' or '_' ? (byte)name[i] : (byte)'_';
        }

        return result;
    }

    public override readonly string ToString()
    {
        ReadOnlySpan<byte> bytes = this;
        int end = bytes.IndexOf((byte)0);
        return Encoding.ASCII.GetString(end >= 0 ? bytes[..end] : bytes);
    }
}

[StructLayout(LayoutKind.Sequential)]
internal struct bpf_attr_map_create
{
    public uint map_type, key_size, value_size, max_entries, map_flags;
    public int inner_map_fd;
    public uint numa_node;
    public ObjectName map_name;
    public uint map_ifindex;
    public int btf_fd;
    public uint btf_key_type_id, btf_value_type_id, btf_vmlinux_value_type_id;
    public ulong map_extra;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct bpf_attr_map_elem
{
    public int map_fd;
    public void* key;

    /// <summary>Or next_key.</summary>
    public void* value;
    public ulong flags;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct bpf_attr_batch
{
    public void* in_batch, out_batch, keys, values;
    public uint count;
    public int map_fd;
    public ulong elem_flags, flags;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct bpf_attr_prog_load
{
    public uint prog_type, insn_cnt;
    public void* insns, license;
    public uint log_level, log_size;
    public void* log_buf;
    public uint kern_version, prog_flags;
    public ObjectName prog_name;
    public uint prog_ifindex, expected_attach_type;
    public int prog_btf_fd;
    public uint func_info_rec_size;
    public void* func_info;
    public uint func_info_cnt, line_info_rec_size;
    public void* line_info;
    public uint line_info_cnt;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct bpf_attr_obj
{
    public void* pathname;
    public int bpf_fd;
    public uint file_flags;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct bpf_attr_test
{
    public int prog_fd;
    public uint retval, data_size_in, data_size_out;
    public void* data_in, data_out;
    public uint repeat, duration, ctx_size_in, ctx_size_out;
    public void* ctx_in, ctx_out;
    public uint flags, cpu, batch_size;
}

[StructLayout(LayoutKind.Sequential)]
internal struct bpf_attr_id
{
    public uint id, next_id, open_flags;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct bpf_attr_info
{
    public int bpf_fd;
    public uint info_len;
    public void* info;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct bpf_attr_btf_load
{
    public void* btf, btf_log_buf;
    public uint btf_size, btf_log_size, btf_log_level;
}

[StructLayout(LayoutKind.Sequential)]
internal struct bpf_attr_link_create
{
    public int prog_fd, target_ifindex;
    public uint attach_type, flags;
}

[StructLayout(LayoutKind.Sequential)]
internal struct bpf_attr_link_update
{
    public int link_fd, new_prog_fd;
    public uint flags;
    public int old_prog_fd;
}

/// <summary>Commands that take nothing but a descriptor: BPF_MAP_FREEZE, BPF_LINK_DETACH.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct bpf_attr_fd
{
    public int fd;
}
