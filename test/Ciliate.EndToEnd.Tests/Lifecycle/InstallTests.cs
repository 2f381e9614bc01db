using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Lifecycle;

/// <summary>What <c>make install</c> puts on a machine, and the agent under the capabilities of the unit there.</summary>
public sealed class InstallTests : IDisposable
{
    private readonly string _destination = Directory.CreateTempSubdirectory("ciliate-install-test-").FullName;

    private string[] Files => [.. Directory.EnumerateFiles(_destination, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(_destination, path)).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(_destination, recursive: true);

    [Fact]
    public void Install_and_uninstall_can_be_repeated_and_leave_a_configuration_that_was_changed()
    {
        string configuration = Path.Combine(_destination, "etc/ciliate/config.yaml");
        Make("install");
        File.AppendAllText(configuration, "log-level: warn\n");
        Make("install");

        Assert.Equal(["etc/ciliate/config.yaml", "etc/systemd/system/ciliated.service", "usr/bin/ciliate", "usr/bin/ciliated"], Files);
        Assert.EndsWith("log-level: warn\n", File.ReadAllText(configuration), StringComparison.Ordinal);
        string unit = File.ReadAllText(Path.Combine(_destination, "etc/systemd/system/ciliated.service"));
        Assert.Contains("\nExecStart=/usr/bin/ciliated --config /etc/ciliate/config.yaml\n", unit, StringComparison.Ordinal);
        Assert.DoesNotContain('@', unit);
        ProcessResult started = TestProcess.Run(null, Path.Combine(_destination, "usr/bin/ciliated"), "config", "--config", configuration);
        Assert.Contains($"log-level: warn  # {configuration}:", started.Output, StringComparison.Ordinal);

        Make("uninstall");
        Assert.Equal(["etc/ciliate/config.yaml"], Files);
        File.Delete(configuration);
        Make("install");
        Make("uninstall");
        Make("uninstall");
        Assert.Empty(Files);
    }

    [Fact]
    public void The_agent_does_its_work_with_the_capabilities_of_the_unit()
    {
        using var machine = new Machine(Capabilities());

        machine.WaitUntilReady();
        machine.Ciliate.Do("endpoint", "add", "web", "--pid", machine.ContainerProcess, "--label", "app=web");
        Assert.Contains("ok since ", machine.Ciliate.Do("status"), StringComparison.Ordinal);
        machine.Ciliate.Do("endpoint", "delete", "web");
    }

    [Theory]
    [InlineData("CAP_NET_ADMIN")]
    [InlineData("CAP_SYS_ADMIN")]
    public void Without_one_of_them_it_does_not_start(string capability)
    {
        using var machine = new Machine([.. Capabilities().Except([capability])]);

        ProcessResult result = machine.Agent.WaitForExit();

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("(EPERM)", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_leave_to_look_at_processes_it_reaches_no_container_by_its_process()
    {
        using var machine = new Machine([.. Capabilities().Except(["CAP_SYS_PTRACE"])]);
        machine.WaitUntilReady();

        Assert.Contains("(EACCES)", machine.Ciliate.Refused("endpoint", "add", "web", "--pid", machine.ContainerProcess), StringComparison.Ordinal);
    }

    private static string[] Capabilities() => File.ReadLines(Repository.PathOf("deploy", "ciliated.service.in"))
        .Single(line => line.StartsWith("CapabilityBoundingSet=", StringComparison.Ordinal)).Split('=')[1].Split(' ');

    private void Make(string target)
    {
        ProcessResult result = TestProcess.Run(null, "make", "-C", Repository.Root, target, $"DESTDIR={_destination}", "PREFIX=/usr");
        Assert.True(result.ExitCode == 0, result.Errors);
    }

    /// <summary>An agent with some capabilities only, and a container of another user.</summary>
    private sealed class Machine : IDisposable
    {
        private readonly TestNamespace _host = new("host"), _container = new("container");
        private readonly AgentRoots _roots = new();
        private readonly TestProcess _process;

        public Machine(string[] capabilities)
        {
            _process = _container.Start("setpriv", "--reuid=65534", "--clear-groups", "sleep", "600");
            Ciliate = new CiliateCommand(_host, _roots);
            string set = string.Join(',', capabilities.Select(name => "+" + name["CAP_".Length..].ToLowerInvariant()));
            Agent = TestProcess.Start(_host, "setpriv",
            [
                "--bounding-set", "-all," + set, "--no-new-privs", Executables.Agent,
                "--socket", _roots.Socket, "--state-dir", _roots.State, "--bpf-root", _roots.Pins,
            ]);
        }

        public TestProcess Agent { get; }

        public CiliateCommand Ciliate { get; }

        public string ContainerProcess => _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);

        public void WaitUntilReady() => Eventually.Holds(
            () => Agent.HasExited || Ciliate.Run("status").ExitCode == 0, "ciliated answers", TimeSpan.FromSeconds(120));

        public void Dispose()
        {
            Agent.Dispose();
            _process.Dispose();
            _container.Dispose();
            _host.Dispose();
            _roots.Dispose();
        }
    }
}
