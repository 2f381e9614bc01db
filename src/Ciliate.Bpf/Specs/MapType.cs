namespace Ciliate.Bpf;

/// <summary>enum bpf_map_type.</summary>
public enum MapType
{
    Unspecified = 0,
    Hash = 1,
    Array = 2,
    ProgramArray = 3,
    PerfEventArray = 4,
    PerCpuHash = 5,
    PerCpuArray = 6,
    StackTrace = 7,
    CgroupArray = 8,
    LruHash = 9,
    LruPerCpuHash = 10,
    LpmTrie = 11,
    ArrayOfMaps = 12,
    HashOfMaps = 13,
    DeviceMap = 14,
    SocketMap = 15,
    CpuMap = 16,
    XskMap = 17,
    SocketHash = 18,
    CgroupStorage = 19,
    ReusePortSocketArray = 20,
    PerCpuCgroupStorage = 21,
    Queue = 22,
    Stack = 23,
    SocketStorage = 24,
    DeviceMapHash = 25,
    StructOps = 26,
    RingBuffer = 27,
    InodeStorage = 28,
    TaskStorage = 29,
    BloomFilter = 30,
    UserRingBuffer = 31,
}

/// <summary>BPF_F_* of BPF_MAP_CREATE.</summary>
[Flags]
public enum MapFlags : uint
{
    None = 0,
    NoPreallocation = 1 << 0,
    NoCommonLru = 1 << 1,
    NumaNode = 1 << 2,
    ReadOnlyForUserSpace = 1 << 3,
    WriteOnlyForUserSpace = 1 << 4,
    ZeroSeed = 1 << 6,
    ReadOnlyForPrograms = 1 << 7,
    WriteOnlyForPrograms = 1 << 8,
    Mappable = 1 << 10,
    PreserveElements = 1 << 11,
    InnerMap = 1 << 12,
}
