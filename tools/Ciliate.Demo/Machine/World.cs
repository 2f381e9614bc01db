using System.Globalization;
using Ciliate.Linux;

namespace Ciliate.Demo.Machine;

/// <summary>Everything the demo makes on the machine: namespaces, a BPF file system, processes, one temporary directory. All of it carries the
/// demo's process id in its name and goes with <see cref="DisposeAsync"/>, whatever has failed before.</summary>
internal sealed class World : IAsyncDisposable
{
    private const string NamespaceRoot = "/run/netns";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly string _prefix = string.Create(CultureInfo.InvariantCulture, $"demo-{Environment.ProcessId}-");
    private readonly bool _rootWasMounted = MountsOf(NamespaceRoot).Any();
    private readonly HostSnapshot _before = HostSnapshot.Take();
    private readonly Dictionary<string, NetworkNamespace> _namespaces = [];
    private readonly Stack<ChildProcess> _processes = [];
    private IReadOnlyList<string> _leftProcesses = [];

    public World()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("ciliate-" + _prefix).FullName;
        BpfFileSystem = MakeDirectory("bpf");
        try
        {
            FileSystem.MountBpf(BpfFileSystem);
        }
        catch
        {
            System.IO.Directory.Delete(Directory, recursive: true);
            throw;
        }
    }

    public string Directory { get; }

    /// <summary>A BPF file system of the demo's own, for the agent's pins.</summary>
    public string BpfFileSystem { get; }

    public string MakeDirectory(params string[] names) =>
        System.IO.Directory.CreateDirectory(Path.Combine([Directory, .. names])).FullName;

    /// <summary>Makes a network namespace; returns its path.</summary>
    public string AddNamespace(string label)
    {
        _namespaces.Add(label, NetworkNamespace.CreateNamed(_prefix + label));
        return $"{NamespaceRoot}/{_prefix}{label}";
    }

    public ChildProcess Start(
        string namespacePath, string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>>? environment = null)
    {
        var process = ChildProcess.Start(namespacePath, program, arguments, environment);
        _processes.Push(process);
        return process;
    }

    public async ValueTask DisposeAsync()
    {
        while (_processes.TryPop(out ChildProcess? process))
        {
            await process.StopAsync(Patience);
            process.Dispose();
        }

        _leftProcesses = await EndProcessesInsideAsync();
        foreach ((string label, NetworkNamespace added) in _namespaces)
        {
            added.Dispose();
            Try(() => NetworkNamespace.Delete(_prefix + label));
        }

        if (!_rootWasMounted && MountsOf(NamespaceRoot).Any() && !System.IO.Directory.EnumerateFileSystemEntries(NamespaceRoot).Any())
        {
            Try(() => FileSystem.Unmount(NamespaceRoot));
        }

        Try(() => FileSystem.Unmount(BpfFileSystem));
        Try(() => System.IO.Directory.Delete(Directory, recursive: true));
    }

    /// <summary>What of the demo is still there, and what changed in the machine's own network; empty when all is as before.</summary>
    public IReadOnlyList<string> Remains() =>
    [
        .. System.IO.Directory.Exists(NamespaceRoot)
            ? System.IO.Directory.EnumerateFiles(NamespaceRoot, _prefix + "*").Select(path => "namespace " + path)
            : [],
        .. MountsOf(_prefix).Select(mount => "mount " + mount),
        .. _leftProcesses.Select(id => "process " + id),
        .. System.IO.Directory.Exists(Directory) ? ["directory " + Directory] : Array.Empty<string>(),
        .. HostSnapshot.Take().DifferenceFrom(_before),
    ];

    /// <summary>Servers leave children behind that wait for a peer which will not answer any more. Returns whom even SIGKILL did not end.</summary>
    private async Task<IReadOnlyList<string>> EndProcessesInsideAsync()
    {
        IReadOnlyList<string> left = ProcessesInside();
        for (int i = 0; i < 200 && left.Count > 0; i++)
        {
            foreach (string id in left)
            {
                Try(() => ChildProcess.Kill(int.Parse(id, CultureInfo.InvariantCulture)));
            }

            await Task.Delay(10);
            left = ProcessesInside();
        }

        return left;
    }

    /// <summary>The next step of the clean-up is not held up; what could not be removed shows in <see cref="Remains"/>.</summary>
    private static void Try(Action step)
    {
        try
        {
            step();
        }
        catch (Exception error) when (error is LinuxException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"demo: {error.Message}");
        }
    }

    /// <summary>Ids of all processes in the demo's namespaces; nobody else's can be there.</summary>
    private IReadOnlyList<string> ProcessesInside()
    {
        HashSet<string?> ours = [.. _namespaces.Values.Select(added => string.Create(CultureInfo.InvariantCulture, $"net:[{added.Inode}]"))];
        return
        [
            .. System.IO.Directory.EnumerateDirectories("/proc").Select(path => Path.GetFileName(path)!)
                .Where(name => char.IsDigit(name[0]) && ours.Contains(NamespaceOf(name))),
        ];
    }

    private static string? NamespaceOf(string processId)
    {
        try
        {
            return new FileInfo($"/proc/{processId}/ns/net").LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It ended while we looked.
            return null;
        }
    }

    private static IEnumerable<string> MountsOf(string text) =>
        File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')[4]).Where(point => point.Contains(text, StringComparison.Ordinal));
}
