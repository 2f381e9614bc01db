using System.Text;

namespace Ciliate.Api;

/// <summary>Reads files of policies, as the command line and the agent do alike.</summary>
public static class PolicyFiles
{
    private const int MaxFile = 8 * 1024 * 1024;

    private static readonly UTF8Encoding s_strictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Names of the YAML files of a directory in order, without those below it and hidden ones.</summary>
    /// <param name="path">Absolute.</param>
    /// <exception cref="InvalidDataException">It cannot be read; the message is one line that names it.</exception>
    public static IReadOnlyList<string> NamesIn(string path)
    {
        try
        {
            return [.. Directory.EnumerateFiles(path).Select(Path.GetFileName).OfType<string>().Where(IsYaml).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"cannot read directory \"{path}\": {Why(e)}", e);
        }
    }

    /// <param name="name">What it is called in messages.</param>
    /// <exception cref="InvalidDataException">It cannot be read, is too large, or is not text; the message is one line that names it.</exception>
    public static PolicyFile Read(string name, Func<Stream> open)
    {
        try
        {
            using Stream stream = open();
            return new PolicyFile(name, s_strictUtf8.GetString(ReadAll(stream, name)));
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"\"{name}\" is not UTF-8 text", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"cannot read \"{name}\": {Why(e)}", e);
        }
    }

    private static ReadOnlySpan<byte> ReadAll(Stream stream, string name)
    {
        // Files are mostly small, and there may be thousands of them.
        var bytes = new byte[4096];
        for (int length = 0; ; Array.Resize(ref bytes, Math.Min(2 * bytes.Length, MaxFile + 1)))
        {
            length += stream.ReadAtLeast(bytes.AsSpan(length), bytes.Length - length, throwOnEndOfStream: false);
            if (length > MaxFile)
                throw new InvalidDataException($"\"{name}\" is larger than {MaxFile / (1024 * 1024)} MiB");
            if (length < bytes.Length)
                return bytes.AsSpan(0, length);
        }
    }

    private static bool IsYaml(string name) => !name.StartsWith('.') && Path.GetExtension(name) is ".yaml" or ".yml";

    private static string Why(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "no such file",
        UnauthorizedAccessException => "permission denied",
        _ => e.Message,
    };
}
