using System.Diagnostics;
using Ciliate.Agent.Configuration;
using Ciliate.Agent.Hosting;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Agent.Tests.Hosting;

public sealed class ProcessTests : IDisposable
{
    private const string NoBpf = "/run/ciliate-test-pins";

    private readonly string _root = Directory.CreateTempSubdirectory("ciliate-process-test-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("state-dir")]
    [InlineData("socket")]
    [InlineData("bpf-root")]
    public void A_second_agent_on_the_same_root_is_refused_by_its_name(string shared)
    {
        AgentConfiguration first = Configuration("a", "a", "a");
        AgentConfiguration second = Configuration(shared == "state-dir" ? "a" : "b", shared == "socket" ? "a" : "b", shared == "bpf-root" ? "a" : "b");
        using (InstanceLocks.Take(first))
        {
            var error = Assert.Throws<AgentException>(() => InstanceLocks.Take(second));
            Assert.StartsWith($"another agent runs on {shared} /", error.Message, StringComparison.Ordinal);
        }

        InstanceLocks.Take(second).Dispose();
    }

    [Fact]
    public void Agents_with_roots_of_their_own_run_side_by_side()
    {
        using InstanceLocks one = InstanceLocks.Take(Configuration("a", "a", "a"));
        using InstanceLocks two = InstanceLocks.Take(Configuration("b", "b", "b"));
    }

    [Fact]
    public void A_root_that_is_on_no_bpf_file_system_is_refused()
    {
        var error = Assert.Throws<AgentException>(() => BpfMount.Require(NoBpf));

        Assert.StartsWith($"bpf-root {NoBpf} is not on a BPF file system", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "Usage: ciliated", "", "--help")]
    [InlineData(0, "ciliated 0.", "", "--version")]
    [InlineData(2, "", "ciliated: ipv4-range: 'fd00::/64' is not IPv4 (from --ipv4-range)\n", "--ipv4-range", "fd00::/64")]
    [InlineData(2, "", "ciliated: cleanup needs --yes where nobody can be asked; --dry-run tells what would go\n", "cleanup")]
    [InlineData(0, "log-level: warn  # --log-level\n", "", "config", "--log-level", "warn")]
    [InlineData(2, "", "ciliated: unknown flag --colour; see ciliated --help\n", "--colour", "red")]
    public void The_process_says_one_line_and_ends_with_its_code(int exitCode, string output, string errors, params string[] arguments)
    {
        ProcessResult result = Run(arguments);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(output, result.Output, StringComparison.Ordinal);
        Assert.Equal(errors, result.Errors);
    }

    [Fact]
    public void An_agent_that_cannot_start_says_one_line_and_ends_with_1()
    {
        ProcessResult result = Run("--state-dir", _root, "--socket", $"{_root}/s", "--bpf-root", NoBpf);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"ciliated: bpf-root {NoBpf} is not on a BPF file system", result.Errors, StringComparison.Ordinal);
        Assert.Single(result.Errors.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void A_start_that_is_refused_for_its_ranges_leaves_nothing_behind()
    {
        using var host = new TestNamespace("host");
        host.Route.AddAddress(host.Route.CreateBridge("lan0").Index, System.Net.IPAddress.Parse("10.101.0.9"), 24);
        string[] arguments = ["--state-dir", $"{_root}/state", "--socket", $"{_root}/run/s", "--bpf-root", "/sys/fs/bpf/ciliate-test-refused"];

        using TestProcess process = TestProcess.Start(
            host, new ProcessStartInfo("dotnet", [typeof(AgentProcess).Assembly.Location, .. arguments]));
        ProcessResult result = process.WaitForExit();

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("ciliated: ipv4-range 10.101.0.0/24 overlaps 10.101.0.9/24 of interface lan0", result.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
    }

    private AgentConfiguration Configuration(string state, string socket, string bpf) => ConfigurationLoader.Load(
        CommandLine.Parse(["--state-dir", $"{_root}/state-{state}", "--socket", $"{_root}/{socket}.sock", "--bpf-root", $"{_root}/bpf-{bpf}"]),
        new Dictionary<string, string>(), "/nonexistent");

    private static ProcessResult Run(params string[] arguments)
    {
        string assembly = typeof(AgentProcess).Assembly.Location;
        using TestProcess process = TestProcess.Start(null, new ProcessStartInfo("dotnet", [assembly, .. arguments]));
        return process.WaitForExit();
    }
}
