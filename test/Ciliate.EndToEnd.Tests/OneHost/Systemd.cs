using System.Globalization;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.OneHost;

/// <summary>A real systemd, as the first process of namespaces of its own, that knows one service: the agent as <c>make install</c> puts it there.
/// It sees the namespaces that were there when it started.</summary>
public sealed class Systemd : IDisposable
{
    // Its targets are empty and it may change nothing of the kernel that all namespaces share: it is there for one unit.
    private const string Start = """
        set -e
        mkdir "$1/run-before"
        mount --rbind /run "$1/run-before"
        mount -t tmpfs tmpfs /run
        mkdir /run/netns
        mount --rbind "$1/run-before/netns" /run/netns
        mount -t tmpfs tmpfs /var/lib
        for shared in abi debug dev fs kernel vm; do
            [ ! -d "/proc/sys/$shared" ] || mount -o bind,ro "/proc/sys/$shared" "/proc/sys/$shared"
        done
        mount -t sysfs sysfs /sys
        mount -t cgroup2 cgroup2 /sys/fs/cgroup
        export container=ciliate SYSTEMD_UNIT_PATH="$1/units" SYSTEMD_GENERATOR_PATH="$1/none"
        exec /lib/systemd/systemd --system --unit=multi-user.target --log-target=console --show-status=0
        """;

    private static readonly string[] s_targets = ["sysinit", "basic", "multi-user", "shutdown", "network-pre"];

    private readonly string _directory;
    private readonly string _cgroup;
    private readonly TestProcess _process;
    private readonly string _first;

    /// <param name="roots">Of the agent.</param>
    /// <param name="dropIn">Lines for the section [Service].</param>
    public Systemd(TestNamespace host, AgentRoots roots, string dropIn)
    {
        _directory = roots.MakeDirectory("systemd");
        _cgroup = Path.Combine(roots.MakeDirectory("cgroup"), string.Create(CultureInfo.InvariantCulture, $"ciliate-test-{Environment.ProcessId}"));
        Install(roots, dropIn);
        Must("mount", "-t", "cgroup2", "cgroup2", Path.GetDirectoryName(_cgroup)!);
        Directory.CreateDirectory(_cgroup);
        _process = TestProcess.Start(
            host, "sh", "-c", "echo 0 > \"$0/cgroup.procs\" && exec \"$@\"", _cgroup,
            "unshare", "--pid", "--mount", "--uts", "--ipc", "--cgroup", "--fork", "--kill-child", "--mount-proc", "sh", "-c", Start, "sh", _directory);
        Eventually.Holds(() => _process.HasExited || Child() != "", "systemd has begun");
        _first = Child();
        Eventually.Holds(() => _process.HasExited || Show("ActiveState") == "active", "systemd has started the agent", TimeSpan.FromSeconds(60));
        Assert.False(_process.HasExited, _process.Errors);
    }

    public void Do(params IReadOnlyList<string> arguments)
    {
        ProcessResult result = Systemctl(arguments);
        Assert.True(result.ExitCode == 0, $"systemctl {string.Join(' ', arguments)}: {result.Errors}");
    }

    /// <summary>A property of the agent's service.</summary>
    public string Show(string property) => Systemctl(["show", "--value", "--property", property, "ciliated"]).Output.TrimEnd('\n');

    public void Dispose()
    {
        // The namespace ends with its first process, and all that is in it.
        _process.Dispose();
        string[] groups = [.. Directory.EnumerateDirectories(_cgroup, "*", SearchOption.AllDirectories).Append(_cgroup)];
        foreach (string group in groups.OrderByDescending(group => group.Length))
        {
            Eventually.Holds(() => TestProcess.Run(null, "rmdir", group).ExitCode == 0, $"{group} is empty");
        }

        Must("umount", Path.GetDirectoryName(_cgroup)!);
    }

    private void Install(AgentRoots roots, string dropIn)
    {
        string units = Path.Combine(_directory, "units");
        Must("make", "-C", Repository.Root, "install", $"PREFIX={_directory}", $"SYSCONFDIR={_directory}", $"UNITDIR={units}");
        File.WriteAllText(Path.Combine(_directory, "ciliate/config.yaml"), $"socket: {roots.Socket}\nstate-dir: {roots.State}\nbpf-root: {roots.Pins}\n");
        foreach (string target in s_targets)
        {
            File.WriteAllText(Path.Combine(units, target + ".target"), $"[Unit]\nDescription={target}\n");
        }

        Directory.CreateDirectory(Path.Combine(units, "ciliated.service.d"));
        File.WriteAllText(Path.Combine(units, "ciliated.service.d/test.conf"), $"[Service]\n{dropIn}\n");
        Directory.CreateDirectory(Path.Combine(units, "multi-user.target.wants"));
        File.CreateSymbolicLink(Path.Combine(units, "multi-user.target.wants/ciliated.service"), "../ciliated.service");
    }

    private string Child() => File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Id}/task/{_process.Id}/children")).Trim();

    private ProcessResult Systemctl(IEnumerable<string> arguments) =>
        TestProcess.Run(null, "nsenter", ["--target", _first, "--pid", "--mount", "--cgroup", "systemctl", .. arguments]);

    private static void Must(string program, params IReadOnlyList<string> arguments)
    {
        ProcessResult result = TestProcess.Run(null, program, arguments);
        Assert.True(result.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {result.Errors}");
    }
}
