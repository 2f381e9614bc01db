using Ciliate.Api;
using Ciliate.Policy;

namespace Ciliate.Agent.Policies;

/// <summary>The files of the option <c>policy-directory</c>, read as one set: all of them are good, or none counts. Thread-safe.</summary>
/// <param name="path">Absolute; null: there is none, which holds nothing.</param>
public sealed class PolicyDirectory(string? path)
{
    public string? Path => path;

    /// <exception cref="AgentException">The directory or a file cannot be read or is not valid; the message is one line that names it.</exception>
    public IReadOnlyList<PolicySubmission> Read()
    {
        if (path is null)
            return [];
        try
        {
            return PolicySubmission.Read(PolicyFiles.NamesIn(path).Select(name => System.IO.Path.Combine(path, name))
                .Select(file => PolicyFiles.Read(file, () => File.OpenRead(file))));
        }
        catch (Exception error) when (error is InvalidDataException or PolicyException or AgentException)
        {
            throw new AgentException(AgentError.Invalid, $"policy-directory: {error.Message}", error);
        }
    }

    /// <summary>Names, sizes and times of the files: another one when somebody wrote since. Empty when the directory cannot be read.</summary>
    public string Stamp()
    {
        try
        {
            return path is null ? "" : string.Join('\n', new DirectoryInfo(path).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal)
                .Select(file => FormattableString.Invariant($"{file.Name}/{file.Length}/{file.LastWriteTimeUtc.Ticks}")));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
