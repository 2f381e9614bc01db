using System.Runtime.InteropServices;
using Ciliate.Linux.Interop;

namespace Ciliate.Linux;

/// <summary>What the kernel says about an open file; device and inode together are its identity.</summary>
/// <param name="Device">Major number in the upper, minor number in the lower 32 bits.</param>
/// <param name="Mode">Type and permission bits.</param>
/// <param name="Size">Bytes.</param>
/// <param name="FileSystemMagic">statfs(2) f_type.</param>
public readonly record struct FileStatus(ulong Device, ulong Inode, uint Mode, uint Owner, uint Group, ulong Size, long FileSystemMagic)
{
    /// <exception cref="LinuxException">The kernel does not tell.</exception>
    public static unsafe FileStatus Of(FileDescriptor descriptor, string what)
    {
        Span<byte> status = stackalloc byte[LibC.StatxSize];
        Span<byte> fileSystem = stackalloc byte[LibC.StatfsSize];
        fixed (byte* statusPointer = status, fileSystemPointer = fileSystem)
        {
            if (LibC.statx(descriptor, "", LibC.AT_EMPTY_PATH, LibC.STATX_BASIC_STATS, statusPointer) < 0
                || LibC.fstatfs(descriptor, fileSystemPointer) < 0)
            {
                throw LinuxException.Last(what);
            }
        }

        // Offsets of struct statx (linux/stat.h), the same on every architecture.
        ulong device = ((ulong)MemoryMarshal.Read<uint>(status[136..]) << 32) | MemoryMarshal.Read<uint>(status[140..]);
        return new FileStatus(
            device,
            MemoryMarshal.Read<ulong>(status[32..]),
            MemoryMarshal.Read<ushort>(status[28..]),
            MemoryMarshal.Read<uint>(status[20..]),
            MemoryMarshal.Read<uint>(status[24..]),
            MemoryMarshal.Read<ulong>(status[40..]),
            MemoryMarshal.Read<long>(fileSystem));
    }
}
