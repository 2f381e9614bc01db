namespace Ciliate.Bpf.Interop;

/// <summary>enum bpf_cmd of linux/bpf.h.</summary>
internal static class BpfCommand
{
    internal const int BPF_MAP_CREATE = 0;
    internal const int BPF_MAP_LOOKUP_ELEM = 1;
    internal const int BPF_MAP_UPDATE_ELEM = 2;
    internal const int BPF_MAP_DELETE_ELEM = 3;
    internal const int BPF_MAP_GET_NEXT_KEY = 4;
    internal const int BPF_PROG_LOAD = 5;
    internal const int BPF_OBJ_PIN = 6;
    internal const int BPF_OBJ_GET = 7;
    internal const int BPF_PROG_TEST_RUN = 10;
    internal const int BPF_PROG_GET_NEXT_ID = 11;
    internal const int BPF_MAP_GET_NEXT_ID = 12;
    internal const int BPF_PROG_GET_FD_BY_ID = 13;
    internal const int BPF_MAP_GET_FD_BY_ID = 14;
    internal const int BPF_OBJ_GET_INFO_BY_FD = 15;
    internal const int BPF_BTF_LOAD = 18;
    internal const int BPF_BTF_GET_FD_BY_ID = 19;
    internal const int BPF_MAP_FREEZE = 22;
    internal const int BPF_MAP_LOOKUP_BATCH = 24;
    internal const int BPF_MAP_LOOKUP_AND_DELETE_BATCH = 25;
    internal const int BPF_MAP_UPDATE_BATCH = 26;
    internal const int BPF_MAP_DELETE_BATCH = 27;
    internal const int BPF_LINK_CREATE = 28;
    internal const int BPF_LINK_UPDATE = 29;
    internal const int BPF_LINK_GET_FD_BY_ID = 30;
    internal const int BPF_LINK_GET_NEXT_ID = 31;
    internal const int BPF_LINK_DETACH = 34;

    /// <summary>BPF_F_REPLACE of BPF_LINK_UPDATE.</summary>
    internal const uint BPF_F_REPLACE = 1 << 2;

    /// <summary>Of BPF_PROG_LOAD: syscall programs must say it.</summary>
    internal const uint BPF_F_SLEEPABLE = 1 << 4;

    internal const int BPF_OBJ_NAME_LEN = 16;
}
