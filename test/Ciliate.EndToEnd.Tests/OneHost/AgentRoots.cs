using Ciliate.Linux;

namespace Ciliate.EndToEnd.Tests.OneHost;

/// <summary>The places that belong to one agent: socket, state directory, and a BPF file system of its own.</summary>
public sealed class AgentRoots : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ciliate-e2e-").FullName;
    private SmallDisk? _disk;

    public AgentRoots()
    {
        BpfFileSystem = Directory.CreateDirectory(Path.Combine(_directory, "bpf")).FullName;
        FileSystem.MountBpf(BpfFileSystem);
    }

    public string Socket => Path.Combine(_directory, "ciliate.sock");

    public string State => Path.Combine(_directory, "state");

    public string Pins => Path.Combine(BpfFileSystem, "ciliate");

    private string BpfFileSystem { get; }

    /// <summary>Puts the state directory on a disk of its own.</summary>
    public SmallDisk UseSmallDisk() => _disk ??= new SmallDisk(State);

    /// <summary>A file of the test's own, such as a policy.</summary>
    public string Write(string name, string text)
    {
        string path = Path.Combine(MakeDirectory("input"), name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A directory of the test's own.</summary>
    public string MakeDirectory(string name) => Directory.CreateDirectory(Path.Combine(_directory, name)).FullName;

    /// <summary>Paths of all pins and state files, relative to the roots.</summary>
    public IReadOnlyList<string> Files() =>
    [
        .. new[] { State, Pins }.Where(Directory.Exists)
            .SelectMany(root => Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(_directory, path))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Everything there is below the roots' own directory, sockets and locks too.</summary>
    public IReadOnlyList<string> Everything() =>
        [.. Directory.EnumerateFileSystemEntries(_directory, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        _disk?.Dispose();
        FileSystem.Unmount(BpfFileSystem);
        Directory.Delete(_directory, recursive: true);
    }
}
