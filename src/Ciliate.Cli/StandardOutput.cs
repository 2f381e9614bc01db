using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Ciliate.Cli;

internal static class StandardOutput
{
    private const int Descriptor = 1;
    private const int BrokenPipe = 32; // EPIPE, errno(3)

    /// <summary>The console's own stream swallows EPIPE, so that <c>observe --follow | head</c> would run on unseen: a pipe is written as a file,
    /// which tells. Files that can seek are left to the console, as a file stream would ignore an offset shared with other processes.</summary>
    public static TextWriter Open()
    {
        Stream stream = Console.OpenStandardOutput();
        if (Console.IsOutputRedirected && OpenPipe() is { } pipe)
            stream = pipe;
        return new StreamWriter(stream, new UTF8Encoding(false), 16 * 1024);
    }

    /// <summary>The reader of our output has gone, as <c>head</c> does when it has enough.</summary>
    public static bool IsReaderGone(IOException e) => e.HResult == BrokenPipe;

    private static FileStream? OpenPipe()
    {
        var file = new FileStream(new SafeFileHandle(Descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        if (!file.CanSeek)
            return file;
        file.Dispose();
        return null;
    }
}
