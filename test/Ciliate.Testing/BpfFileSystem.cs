using Ciliate.Linux;

namespace Ciliate.Testing;

/// <summary>A BPF file system of a test's own, with all that is pinned there gone after <see cref="Dispose"/>.</summary>
public sealed class BpfFileSystem : IDisposable
{
    private const string Prefix = "ciliate-test-bpf-";

    static BpfFileSystem() => SweepLeftovers();

    public BpfFileSystem() => FileSystem.MountBpf(Path);

    public string Path { get; } = Directory.CreateTempSubdirectory($"{Prefix}{Environment.ProcessId}-").FullName;

    public void Dispose()
    {
        FileSystem.Unmount(Path);
        Directory.Delete(Path);
    }

    /// <summary>What a killed test run left mounted.</summary>
    private static void SweepLeftovers()
    {
        foreach (var path in Directory.GetDirectories(System.IO.Path.GetTempPath(), Prefix + "*"))
        {
            var owner = System.IO.Path.GetFileName(path)[Prefix.Length..].Split('-')[0];
            if (Directory.Exists($"/proc/{owner}"))
                continue;
            if (FileSystem.IsBpf(path))
                FileSystem.Unmount(path);
            Directory.Delete(path);
        }
    }
}
