using Ciliate.Linux;

namespace Ciliate.Agent.State;

/// <summary>A state file that is on the disk and not in its place yet; see <see cref="StagedFile"/>.</summary>
public sealed class StagedState : IDisposable
{
    private readonly StateDisk _disk;
    private readonly string _path;
    private readonly StagedFile _file;

    /// <exception cref="AgentException">The disk does not take it.</exception>
    internal StagedState(StateDisk disk, string path, byte[] content)
    {
        (_disk, _path) = (disk, path);
        _file = disk.Write(path, () => new StagedFile(path, content, StateStore.Mode));
    }

    /// <exception cref="AgentException">It cannot be put in its place.</exception>
    public void Replace() => _disk.Write(_path, _file.Replace);

    /// <summary>It is on the disk for good after <see cref="StateStore.SyncPolicies"/>.</summary>
    /// <inheritdoc cref="Replace"/>
    public void Place() => _disk.Write(_path, _file.Place);

    public void Dispose() => _file.Dispose();
}
