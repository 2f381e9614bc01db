using Ciliate.Api;
using Ciliate.Linux;
using Ciliate.Policy;

namespace Ciliate.Agent.Policies;

/// <summary>All that the policy directory held at one time.</summary>
/// <param name="Stamp">Of <see cref="PolicyDirectory.Stamp"/> before it was read.</param>
public sealed record PolicyReading(string Stamp, IReadOnlyList<PolicySubmission> Files);

/// <summary>The files of the option <c>policy-directory</c>, read as one set: all of them are good, or none counts. Thread-safe.</summary>
/// <param name="path">Absolute; null: there is none, which holds nothing.</param>
public sealed class PolicyDirectory(string? path)
{
    public bool IsFollowed => path is not null;

    /// <summary>All that it holds; null: there is none.</summary>
    /// <exception cref="AgentException">The directory or a file cannot be read or is not valid; the message is one line that names it.</exception>
    public PolicyReading? Read()
    {
        if (path is null)
            return null;
        try
        {
            return new PolicyReading(Stamp(), PolicySubmission.Read(PolicyFiles.NamesIn(path).Select(name => ReadFile(path, name))));
        }
        catch (Exception error) when (error is InvalidDataException or PolicyException or AgentException or LinuxException)
        {
            throw new AgentException(AgentError.Invalid, $"policy-directory: {error.Message}", error);
        }
    }

    /// <summary>The same without the work, as long as nothing is another than at an earlier reading.</summary>
    /// <inheritdoc cref="Read()"/>
    public PolicyReading? Read(PolicyReading? earlier) => earlier is not null && earlier.Stamp == Stamp() ? earlier : Read();

    /// <summary>Another one when what <see cref="Read()"/> would find may be another.</summary>
    public string Stamp()
    {
        if (path is null)
            return "";
        try
        {
            return string.Join('\n', PolicyFiles.NamesIn(path).Select(name => $"{name}\t{StampOf(Path.Combine(path, name))}"));
        }
        catch (InvalidDataException error)
        {
            return error.Message;
        }
    }

    private static PolicyFile ReadFile(string directory, string name)
    {
        string file = Path.Combine(directory, name);
        if (name.Any(char.IsControl))
            throw new InvalidDataException($"a file in {directory} has a control character in its name; rename it");
        // A pipe would be waited for.
        return FileStamp.Of(file).IsRegular
            ? PolicyFiles.Read(file, () => File.OpenRead(file))
            : throw new InvalidDataException($"\"{file}\" is not a regular file");
    }

    private static string StampOf(string file)
    {
        try
        {
            return FileStamp.Of(file).ToString();
        }
        catch (LinuxException error)
        {
            return error.Message;
        }
    }
}
