namespace Ciliate.Linux;

/// <summary>Files that are seen old or new, never half-written, also after a power failure.</summary>
public static class AtomicFile
{
    /// <summary>What temporary files begin with; one that is found at start-up is the leftover of an interrupted write.</summary>
    public const string TemporaryPrefix = ".ciliate-tmp-";

    /// <summary>Puts <paramref name="content"/> in the place of <paramref name="path"/>. When anything fails the old file is untouched.</summary>
    /// <param name="mode">Permissions, whatever the umask.</param>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        using var staged = new StagedFile(path, content, mode);
        staged.Replace();
    }
}
