using Ciliate.Linux.Interop;

namespace Ciliate.Linux;

/// <summary>A file that grows at its end.</summary>
public static class AppendableFile
{
    /// <summary>Adds to the end of a file that is there, and brings it to the disk. After a power failure in the middle of it any part of
    /// <paramref name="content"/> may be there; after an error none of it is, or what is left goes with the next call.</summary>
    /// <param name="length">Bytes of the file that count. What is behind them is cut off first.</param>
    public static void Append(string path, ReadOnlySpan<byte> content, long length)
    {
        string what = $"write {path}";
        using FileDescriptor file = Open(path, what);
        CutTo(file, length, what);
        try
        {
            StagedFile.WriteAll(file, content, what);
            StagedFile.Check(LibC.fsync(file), what);
        }
        catch (LinuxException)
        {
            // Takes up no room on a disk that is full.
            _ = LibC.ftruncate(file, length);
            throw;
        }
    }

    private static FileDescriptor Open(string path, string what)
    {
        int number = LibC.open(path, LibC.O_WRONLY | LibC.O_APPEND | LibC.O_CLOEXEC, 0);
        return number >= 0 ? new FileDescriptor(number) : throw LinuxException.Last(what);
    }

    /// <summary>On the disk before anything stands in its place: pieces of two writes cannot be told apart.</summary>
    private static void CutTo(FileDescriptor file, long length, string what)
    {
        if (LibC.lseek(file, 0, LibC.SEEK_END) == length)
            return;
        StagedFile.Check(LibC.ftruncate(file, length), what);
        StagedFile.Check(LibC.fsync(file), what);
    }
}
