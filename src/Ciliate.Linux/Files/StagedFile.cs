using System.Globalization;
using Ciliate.Linux.Interop;

namespace Ciliate.Linux;

/// <summary>A file that is on the disk, whole, and not in its place yet. What takes room is done: a disk that is full or read-only has refused it
/// by now. Without <see cref="Replace"/> nothing is left of it after <see cref="Dispose"/>.</summary>
public sealed class StagedFile : IDisposable
{
    private static int _count;
    private readonly string _path;
    private readonly string _directory;
    private string? _temporary;

    /// <summary>Writes a temporary file in the same directory and brings it to the disk.</summary>
    /// <param name="mode">Permissions, whatever the umask.</param>
    /// <exception cref="LinuxException">It cannot be written; nothing is left.</exception>
    public StagedFile(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        string what = $"write {path}";
        _path = path;
        _directory = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        string suffix = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
        _temporary = Path.Combine(_directory, AtomicFile.TemporaryPrefix + suffix);
        try
        {
            using FileDescriptor file = Create(_temporary, what);
            WriteAll(file, content, what);
            Check(LibC.fchmod(file, (uint)mode), what);
            Check(LibC.fsync(file), what);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Puts it in its place, and the change of the directory on the disk. When the first fails the old file is untouched.</summary>
    public void Replace()
    {
        Place();
        FileSystem.SyncDirectory(_directory);
    }

    /// <summary>Puts it in its place. The change of the directory is on the disk after <see cref="FileSystem.SyncDirectory"/>: one for many files.</summary>
    public void Place()
    {
        string temporary = _temporary ?? throw new InvalidOperationException($"{_path} is in its place already");
        Check(LibC.rename(temporary, _path), $"write {_path}");
        _temporary = null;
    }

    public void Dispose()
    {
        if (_temporary is { } temporary)
            _ = LibC.unlink(temporary);
        _temporary = null;
    }

    private static FileDescriptor Create(string path, string what)
    {
        const uint ownerReadsAndWrites = 0b110_000_000;
        // A file of this name can only be left over from a dead process with the same id.
        _ = LibC.unlink(path);
        int number = LibC.open(path, LibC.O_WRONLY | LibC.O_CREAT | LibC.O_EXCL | LibC.O_CLOEXEC, ownerReadsAndWrites);
        return number >= 0 ? new FileDescriptor(number) : throw LinuxException.Last(what);
    }

    internal static unsafe void WriteAll(FileDescriptor file, ReadOnlySpan<byte> content, string what)
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

    internal static void Check(nint result, string what)
    {
        if (result < 0)
            throw LinuxException.Last(what);
    }
}
