using Ciliate.Api;

namespace Ciliate.Cli;

/// <summary>Reads what <c>policy apply -f</c> names: files, directories of files, or the standard input.</summary>
internal static class PolicySources
{
    private const string StandardInput = "-";

    /// <exception cref="CommandException">Something cannot be read, or a directory holds no policy.</exception>
    public static IReadOnlyList<PolicyFile> Read(IEnumerable<string> sources, Terminal terminal)
    {
        try
        {
            return [.. sources.SelectMany(source => source == StandardInput
                ? [PolicyFiles.Read("standard input", terminal.OpenInput)]
                : Expand(source, terminal).Select(file => PolicyFiles.Read(file, () => File.OpenRead(terminal.FullPath(file)))))];
        }
        catch (InvalidDataException e)
        {
            throw new CommandException(e.Message, e);
        }
    }

    /// <summary>A directory stands for its YAML files by name, without those below it.</summary>
    private static IReadOnlyList<string> Expand(string path, Terminal terminal)
    {
        if (!Directory.Exists(terminal.FullPath(path)))
            return [path];
        IReadOnlyList<string> names = PolicyFiles.NamesIn(terminal.FullPath(path));
        return names.Count > 0
            ? [.. names.Select(name => Path.Combine(path, name))]
            : throw new CommandException($"directory \"{path}\" holds no .yaml or .yml file");
    }
}
