using System.Text;
using Ciliate.Linux;

namespace Ciliate.Agent.State;

/// <summary>A state file that is on the disk and not in its place yet; see <see cref="StagedFile"/>.</summary>
public sealed class StagedState : IDisposable
{
    private readonly string _path;
    private readonly StagedFile _file;

    /// <exception cref="AgentException">The disk does not take it.</exception>
    public StagedState(string path, string text)
    {
        _path = path;
        _file = Try(() => new StagedFile(path, Encoding.UTF8.GetBytes(text), UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    /// <exception cref="AgentException">It cannot be put in its place.</exception>
    public void Replace() => Try(() =>
    {
        _file.Replace();
        return true;
    });

    public void Dispose() => _file.Dispose();

    private T Try<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (LinuxException error)
        {
            throw new AgentException(AgentError.Failed, $"cannot write state file {_path}: {error.Message}", error);
        }
    }
}
