using Ciliate.Linux;

namespace Ciliate.Agent.Hosting;

/// <summary>Pins need a BPF file system.</summary>
public static class BpfMount
{
    private const string Usual = "/sys/fs/bpf";

    /// <summary>A directory on a file system that an agent mounted, so that it can go with the last agent.</summary>
    private const string Mark = Usual + "/mounted_by_ciliate";

    /// <summary>Mounts one at /sys/fs/bpf when there is none, and checks that <paramref name="root"/> will lie on one.</summary>
    /// <exception cref="AgentException">It does not, or the mount failed.</exception>
    public static void Require(string root)
    {
        try
        {
            if (IsBelow(root, Usual) && !FileSystem.IsBpf(Usual))
            {
                FileSystem.MountBpf(Usual);
                Directory.CreateDirectory(Mark);
            }

            string existing = root;
            while (!Directory.Exists(existing))
                existing = Path.GetDirectoryName(existing)!;
            if (!FileSystem.IsBpf(existing))
            {
                throw AgentException.Invalid(
                    $"bpf-root {root} is not on a BPF file system; mount one there (mount -t bpf) or choose {Usual}/ciliate");
            }
        }
        catch (LinuxException error)
        {
            throw new AgentException(AgentError.Failed, $"bpf-root {root}: {error.Message}", error);
        }
    }

    /// <summary>Where a BPF file system is that an agent mounted and that holds nothing but <paramref name="remains"/>; null when there is
    /// none. The kernel's own files there are not counted.</summary>
    public static string? FindOurs(IReadOnlyCollection<string> remains) =>
        Directory.Exists(Mark) && FileSystem.IsBpf(Usual)
            && Directory.EnumerateFileSystemEntries(Usual).All(path => path == Mark || path.EndsWith(".debug", StringComparison.Ordinal) || remains.Contains(path))
            ? Usual
            : null;

    private static bool IsBelow(string path, string directory) =>
        path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal);
}
