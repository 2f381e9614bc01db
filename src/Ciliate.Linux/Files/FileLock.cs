using System.Runtime.InteropServices;
using Ciliate.Linux.Interop;

namespace Ciliate.Linux;

/// <summary>An exclusive lock on a file or directory (flock(2)), held until it is disposed or the process ends. The file stays.</summary>
public sealed class FileLock : IDisposable
{
    private readonly FileDescriptor _descriptor;

    private FileLock(FileDescriptor descriptor) => _descriptor = descriptor;

    /// <summary>Takes the lock at once, making the file (mode 0600) where there is none; null when somebody else holds it.</summary>
    public static FileLock? TryTake(string path)
    {
        const uint ownerReadsAndWrites = 0b110_000_000;
        return TryTake(path, LibC.open(path, LibC.O_RDWR | LibC.O_CREAT | LibC.O_CLOEXEC, ownerReadsAndWrites));
    }

    /// <summary>Takes the lock of a directory at once, for file systems that hold no ordinary files; null when somebody else holds it.</summary>
    public static FileLock? TryTakeDirectory(string path) => TryTake(path, LibC.open(path, LibC.O_RDONLY | LibC.O_CLOEXEC, 0));

    public void Dispose() => _descriptor.Dispose();

    private static FileLock? TryTake(string path, int number)
    {
        var descriptor = number >= 0 ? new FileDescriptor(number) : throw LinuxException.Last($"open lock {path}");
        if (LibC.flock(descriptor, LibC.LOCK_EX | LibC.LOCK_NB) == 0)
        {
            return new FileLock(descriptor);
        }

        int errno = Marshal.GetLastPInvokeError();
        descriptor.Dispose();
        return errno == Errno.EAGAIN ? null : throw new LinuxException($"lock {path}", errno);
    }
}
