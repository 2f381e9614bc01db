using System.Globalization;
using Ciliate.Linux;

namespace Ciliate.Agent.State;

/// <summary>Whether the disk takes changes. Used from the control loop only.</summary>
public sealed class StateDisk(string directory)
{
    /// <summary>As large as most files; less may go on to a disk that is full.</summary>
    private static readonly byte[] s_probe = new byte[4096];

    private bool _refuses;

    /// <summary>A write was refused: what is wrong, as a sentence without its full stop. Nothing changes until one is taken again; traffic is not
    /// concerned.</summary>
    public event Action<string>? Refused;

    /// <summary>After a refusal: tries whether it still refuses, and tells what is wrong. Null when it takes changes.</summary>
    public string? Check()
    {
        if (!_refuses)
            return null;
        try
        {
            using var probe = new StagedFile(Path.Combine(directory, "probe"), s_probe, StateStore.Mode);
            _refuses = false;
            return null;
        }
        catch (LinuxException error)
        {
            return Sentence(error);
        }
    }

    /// <exception cref="AgentException">It was refused.</exception>
    internal T Write<T>(string path, Func<T> step)
    {
        try
        {
            T result = step();
            _refuses = false;
            return result;
        }
        catch (LinuxException error)
        {
            _refuses = true;
            Refused?.Invoke(Sentence(error));
            throw new AgentException(AgentError.Failed, $"cannot write state file {path}: {error.Message}", error);
        }
    }

    internal void Write(string path, Action step) => Write(path, () =>
    {
        step();
        return true;
    });

    /// <summary>For good. Safe to repeat.</summary>
    /// <exception cref="AgentException">It was refused.</exception>
    internal void Delete(params IReadOnlyCollection<string> paths)
    {
        try
        {
            FileSystem.RemoveForGood(paths);
        }
        catch (LinuxException error)
        {
            _refuses = true;
            Refused?.Invoke(Sentence(error));
            string others = paths.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" and {paths.Count - 1} others");
            throw new AgentException(AgentError.Failed, $"cannot delete state file {paths.First()}{others}: {error.Message}", error);
        }
    }

    private string Sentence(LinuxException error) =>
        $"the state directory {directory} takes no changes ({error.Message}): policies and endpoints stay as they are until it does; make room or mount it writable";
}
