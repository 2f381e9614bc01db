namespace Ciliate.Bpf;

/// <summary>What the kernel says of a map.</summary>
/// <param name="KeySize">Bytes.</param>
/// <param name="ValueSize">Bytes; of a per-CPU map: for one CPU.</param>
/// <param name="MaxEntries">Entries; of a ring buffer: bytes.</param>
/// <param name="BtfId">What describes its types; 0 when nothing does. The type ids are of it.</param>
/// <param name="Name">At most 15 characters of the name it was made with.</param>
public sealed record MapInfo(MapType Type, uint Id, int KeySize, int ValueSize, uint MaxEntries, MapFlags Flags, string Name,
    uint BtfId, uint KeyTypeId, uint ValueTypeId);
