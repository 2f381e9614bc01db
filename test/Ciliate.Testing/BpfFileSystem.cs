using Ciliate.Linux;

namespace Ciliate.Testing;

/// <summary>A BPF file system of a test's own, with all that is pinned there gone after <see cref="Dispose"/>.</summary>
public sealed class BpfFileSystem : IDisposable
{
    public BpfFileSystem() => FileSystem.MountBpf(Path);

    public string Path { get; } = Directory.CreateTempSubdirectory("ciliate-test-bpf-").FullName;

    public void Dispose()
    {
        FileSystem.Unmount(Path);
        Directory.Delete(Path);
    }
}
