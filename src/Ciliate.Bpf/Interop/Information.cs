using System.Runtime.InteropServices;

namespace Ciliate.Bpf.Interop;

// Results of BPF_OBJ_GET_INFO_BY_FD, with the fields that Linux 6.1 knows.

[StructLayout(LayoutKind.Sequential)]
internal struct bpf_map_info
{
    public uint type, id, key_size, value_size, max_entries, map_flags;
    public ObjectName name;
    public uint ifindex, btf_vmlinux_value_type_id;
    public ulong netns_dev, netns_ino;
    public uint btf_id, btf_key_type_id, btf_value_type_id, reserved;
    public ulong map_extra;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct bpf_prog_info
{
    public uint type, id;
    public ulong tag;
    public uint jited_prog_len, xlated_prog_len;
    public void* jited_prog_insns, xlated_prog_insns;
    public ulong load_time;
    public uint created_by_uid, nr_map_ids;
    public void* map_ids;
    public ObjectName name;
    public uint ifindex, gpl_compatible;
    public ulong netns_dev, netns_ino;
    public uint nr_jited_ksyms, nr_jited_func_lens;
    public void* jited_ksyms, jited_func_lens;
    public uint btf_id, func_info_rec_size;
    public void* func_info;
    public uint nr_func_info, nr_line_info;
    public void* line_info, jited_line_info;
    public uint nr_jited_line_info, line_info_rec_size, jited_line_info_rec_size, nr_prog_tags;
    public void* prog_tags;
    public ulong run_time_ns, run_cnt, recursion_misses;
    public uint verified_insns, attach_btf_obj_id, attach_btf_id, reserved;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct bpf_btf_info
{
    public void* btf;
    public uint btf_size, id;
    public void* name;
    public uint name_len, kernel_btf;
}

[StructLayout(LayoutKind.Sequential)]
internal struct bpf_link_info
{
    public uint type, id, prog_id, reserved;

    /// <summary>Of tcx: interface index. Other kinds have other words here.</summary>
    public uint word0;

    /// <summary>Of tcx: attach type.</summary>
    public uint word1;

    /// <summary>The rest of the longest kind that Linux 6.1 knows.</summary>
    public ulong rest0, rest1;
}
