using System.Text;
using Ciliate.Api;

namespace Ciliate.Cli;

/// <summary>Reads what <c>policy apply -f</c> names: files, directories of files, or the standard input.</summary>
internal static class PolicySources
{
    private const string StandardInput = "-";
    private const int MaxFile = 8 * 1024 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <exception cref="CommandException">Something cannot be read, or a directory holds no policy.</exception>
    public static IReadOnlyList<PolicyFile> Read(IEnumerable<string> sources, Terminal terminal)
    {
        var files = new List<PolicyFile>();
        foreach (string source in sources)
        {
            if (source == StandardInput)
                files.Add(new PolicyFile("standard input", ReadText("standard input", terminal.OpenInput)));
            else
                files.AddRange(Expand(source, terminal).Select(file => ReadFile(file, terminal)));
        }

        return files;
    }

    /// <summary>A directory stands for its YAML files by name, without those below it.</summary>
    private static IReadOnlyList<string> Expand(string path, Terminal terminal)
    {
        if (!Directory.Exists(terminal.FullPath(path)))
            return [path];
        try
        {
            string[] names = [.. Directory.EnumerateFiles(terminal.FullPath(path)).Select(Path.GetFileName).OfType<string>().Where(IsYaml)];
            Array.Sort(names, StringComparer.Ordinal);
            return names.Length > 0
                ? [.. names.Select(name => Path.Combine(path, name))]
                : throw new CommandException($"directory \"{path}\" holds no .yaml or .yml file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"cannot read directory \"{path}\": {Why(e)}", e);
        }
    }

    private static bool IsYaml(string name) => !name.StartsWith('.') && Path.GetExtension(name) is ".yaml" or ".yml";

    private static PolicyFile ReadFile(string path, Terminal terminal) => new(path, ReadText(path, () => File.OpenRead(terminal.FullPath(path))));

    private static string ReadText(string name, Func<Stream> open)
    {
        try
        {
            using Stream stream = open();
            var bytes = new byte[MaxFile + 1];
            int length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= MaxFile
                ? StrictUtf8.GetString(bytes, 0, length)
                : throw new CommandException($"\"{name}\" is larger than {MaxFile / (1024 * 1024)} MiB");
        }
        catch (DecoderFallbackException e)
        {
            throw new CommandException($"\"{name}\" is not UTF-8 text", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"cannot read \"{name}\": {Why(e)}", e);
        }
    }

    private static string Why(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "no such file",
        UnauthorizedAccessException => "permission denied",
        _ => e.Message,
    };
}
