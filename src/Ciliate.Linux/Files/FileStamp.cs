using System.Runtime.InteropServices;
using Ciliate.Linux.Interop;

namespace Ciliate.Linux;

/// <summary>Another one when the content of a file may be another, however it came there; symbolic links are followed.</summary>
/// <param name="Device">Major number in the upper, minor number in the lower 32 bits.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Changed">Nanoseconds since 1970 of the last change of content or metadata, which nobody can set back (stx_ctime).</param>
/// <param name="IsRegular">Neither a directory nor a device, pipe or socket.</param>
public readonly record struct FileStamp(ulong Device, ulong Inode, ulong Size, long Changed, bool IsRegular)
{
    private const int TypeBits = 0xf000, Regular = 0x8000;

    /// <exception cref="LinuxException">There is nothing, or the kernel does not tell.</exception>
    public static unsafe FileStamp Of(string path)
    {
        Span<byte> status = stackalloc byte[LibC.StatxSize];
        fixed (byte* pointer = status)
        {
            if (LibC.statx(LibC.AT_FDCWD, path, 0, LibC.STATX_BASIC_STATS, pointer) < 0)
                throw LinuxException.Last($"look at {path}");
        }

        // Offsets of struct statx (linux/stat.h), the same on every architecture.
        return new FileStamp(
            ((ulong)MemoryMarshal.Read<uint>(status[136..]) << 32) | MemoryMarshal.Read<uint>(status[140..]),
            MemoryMarshal.Read<ulong>(status[32..]),
            MemoryMarshal.Read<ulong>(status[40..]),
            (MemoryMarshal.Read<long>(status[96..]) * 1_000_000_000) + MemoryMarshal.Read<uint>(status[104..]),
            (MemoryMarshal.Read<ushort>(status[28..]) & TypeBits) == Regular);
    }
}
