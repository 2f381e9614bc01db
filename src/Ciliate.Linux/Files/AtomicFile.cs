using System.Globalization;
using Ciliate.Linux.Interop;

namespace Ciliate.Linux;

/// <summary>Files that are seen old or new, never half-written, also after a power failure.</summary>
public static class AtomicFile
{
    /// <summary>What temporary files begin with; one that is found at start-up is the leftover of an interrupted write.</summary>
    public const string TemporaryPrefix = ".ciliate-tmp-";

    private static int _count;

    /// <summary>Puts <paramref name="content"/> in the place of <paramref name="path"/>: a temporary file in the same directory is written,
    /// brought to the disk, renamed, and the directory brought to the disk. When anything fails the old file is untouched.</summary>
    /// <param name="mode">Permissions, whatever the umask.</param>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        string what = $"write {path}";
        string directory = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        string suffix = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
        string temporary = Path.Combine(directory, TemporaryPrefix + suffix);
        try
        {
            using (var file = Create(temporary, what))
            {
                WriteAll(file, content, what);
                Check(LibC.fchmod(file, (uint)mode), what);
                Check(LibC.fsync(file), what);
            }

            Check(LibC.rename(temporary, path), what);
        }
        catch
        {
            _ = LibC.unlink(temporary);
            throw;
        }

        FileSystem.SyncDirectory(directory);
    }

    private static FileDescriptor Create(string path, string what)
    {
        const uint ownerReadsAndWrites = 0b110_000_000;
        // A file of this name can only be left over from a dead process with the same id.
        _ = LibC.unlink(path);
        int number = LibC.open(path, LibC.O_WRONLY | LibC.O_CREAT | LibC.O_EXCL | LibC.O_CLOEXEC, ownerReadsAndWrites);
        return number >= 0 ? new FileDescriptor(number) : throw LinuxException.Last(what);
    }

    private static unsafe void WriteAll(FileDescriptor file, ReadOnlySpan<byte> content, string what)
    {
        fixed (byte* start = content)
        {
            nint done = 0;
            while (done < content.Length)
            {
                nint written = LibC.write(file, start + done, (nuint)(content.Length - done));
                Check(written, what);
                done += written;
            }
        }
    }

    private static void Check(nint result, string what)
    {
        if (result < 0)
        {
            throw LinuxException.Last(what);
        }
    }
}
