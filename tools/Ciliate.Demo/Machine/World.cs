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

    public NetworkNamespace AddNamespace(string label)
    {
        var added = NetworkNamespace.CreateNamed(_prefix + label);
        _namespaces.Add(label, added);
        return added;
    }

    public string NamespacePath(string label) => $"{NamespaceRoot}/{_prefix}{label}";

    public ChildProcess Start(
        NetworkNamespace inside, string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>>? environment = null)
    {
        var process = ChildProcess.Start(inside, program, arguments, environment);
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

        await WaitForEmptyNamespacesAsync();
        _leftProcesses = [.. ProcessesInside()];
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

    /// <summary>Programs that our servers started end a moment after them.</summary>
    private async Task WaitForEmptyNamespacesAsync()
    {
        for (int i = 0; i < 200 && ProcessesInside().Any(); i++)
        {
            await Task.Delay(10);
        }
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

    private IEnumerable<string> ProcessesInside()
    {
        HashSet<string> ours = [.. _namespaces.Values.Select(added => string.Create(CultureInfo.InvariantCulture, $"net:[{added.Inode}]"))];
        foreach (string process in System.IO.Directory.EnumerateDirectories("/proc").Where(path => char.IsDigit(Path.GetFileName(path)[0])))
        {
            string? target = null;
            try
            {
                target = new FileInfo(process + "/ns/net").LinkTarget;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // It ended while we looked.
            }

            if (target is not null && ours.Contains(target))
            {
                yield return Path.GetFileName(process);
            }
        }
    }

    private static IEnumerable<string> MountsOf(string text) =>
        File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')[4]).Where(point => point.Contains(text, StringComparison.Ordinal));
}
