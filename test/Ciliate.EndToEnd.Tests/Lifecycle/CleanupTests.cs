using System.Net.Sockets;
using System.Text.Json;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.EndToEnd.Tests.UserPrograms;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Lifecycle;

public sealed class CleanupTests : IDisposable
{
    private readonly TestNamespace _host = new("host");
    private readonly TestNamespace _container = new("container");
    private readonly AgentRoots _roots = new();
    private readonly CiliateCommand _ciliate;
    private readonly string[] _where;

    public CleanupTests()
    {
        _ciliate = new CiliateCommand(_host, _roots);
        _where = ["--state-dir", _roots.State, "--bpf-root", _roots.Pins];
        // Others' things, as near to ours as they get.
        _host.Route.SetAlias(_host.Route.CreateBridge("cil7").Index, $"ciliate {_roots.State}-of-another");
        _host.Route.TryAddClsact(_host.Route.GetLink("cil7").Index);
    }

    public void Dispose()
    {
        _container.Dispose();
        _host.Dispose();
        _roots.Dispose();
    }

    [Theory]
    [InlineData("auto", false)]
    [InlineData("clsact", false)]
    [InlineData("auto", true)]
    public void After_a_cleanup_the_machine_is_what_it_was_before(string hooks, bool killed)
    {
        string[] before = Traces();
        using (Agent agent = Start("--hook-backend", hooks))
        {
            Fill();
            if (killed)
                agent.Kill();
            else
                agent.Stop();
        }

        JsonElement planned = Json("cleanup", "--dry-run");
        Assert.True(planned.GetProperty("dry-run").GetBoolean());
        Assert.NotEqual(before, Traces());
        JsonElement done = Json("cleanup", "--yes");

        Assert.Equal(before, Traces());
        Assert.Null(_container.Route.FindLink("eth0"));
        Assert.Equal(Items(planned, "removed"), Items(done, "removed"));
        Assert.Contains("interface cil1", Items(done, "removed"));
        Assert.Contains($"file {_roots.State}/endpoints/1.json", Items(done, "removed"));
        Assert.Contains(Items(done, "removed"), item => item.StartsWith($"program {_roots.Pins}/endpoints/1/from_container", StringComparison.Ordinal));
        Assert.Contains(Items(done, "removed"), item => item.StartsWith($"file {_roots.State}/objects/", StringComparison.Ordinal));
        Assert.Contains(Items(done, "removed"), item => item.StartsWith($"map {_roots.Pins}/user/1/ingress/", StringComparison.Ordinal));
        Assert.Empty(Items(done, "kept"));
        Assert.Empty(Items(Json("cleanup", "--yes"), "removed"));
    }

    [Fact]
    public void A_new_agent_starts_afresh_after_a_cleanup()
    {
        using (Agent agent = Start())
        {
            Fill();
            agent.Stop();
        }

        _ciliate.Do(["cleanup", "--yes", .. _where]);
        using Agent again = Start();
        Assert.Empty(_ciliate.Json("endpoint", "list").EnumerateArray());
        Assert.Empty(_ciliate.Json("policy", "list").GetProperty("policies").EnumerateArray());
        Fill();
    }

    [Fact]
    public void While_an_agent_runs_nothing_is_removed_and_the_agent_is_named()
    {
        using Agent agent = Start();
        Fill();
        string[] running = Traces();

        Assert.Contains($"an agent runs on state-dir {_roots.State}", _ciliate.Refused(["cleanup", "--yes", .. _where]), StringComparison.Ordinal);
        Assert.Contains($"an agent runs on bpf-root {_roots.Pins}", _ciliate.Refused("cleanup", "--yes", "--state-dir", _roots.State + "2", "--bpf-root", _roots.Pins, "--socket", _roots.Socket + "2"), StringComparison.Ordinal);
        Assert.Equal(running, Traces());
    }

    [Fact]
    public void Where_nobody_can_be_asked_it_is_refused_and_a_no_is_a_no()
    {
        using (Agent agent = Start())
        {
            Fill();
            agent.Stop();
        }

        string[] left = Traces();
        ProcessResult unasked = _ciliate.Run(["cleanup", .. _where]);
        Assert.Equal(2, unasked.ExitCode);
        Assert.Contains("--yes", unasked.Errors, StringComparison.Ordinal);

        // script(1) gives it a terminal.
        string command = $"{Executables.Client} cleanup --socket {_roots.Socket} {string.Join(' ', _where)}";
        using TestProcess asked = _host.Start("script", "-qec", command, "/dev/null");
        asked.Input.WriteLine("n");
        asked.Input.Flush();
        ProcessResult answer = asked.WaitForExit();
        Assert.Equal(1, answer.ExitCode);
        Assert.Contains("its containers lose their network", answer.Output, StringComparison.Ordinal);
        Assert.Contains("not confirmed, nothing was removed", answer.Output, StringComparison.Ordinal);
        Assert.Equal(left, Traces());
    }

    [Fact]
    public void What_others_put_into_our_directories_stays_and_is_told()
    {
        using (Agent agent = Start())
        {
            Fill();
            agent.Stop();
        }

        string file = Path.Combine(_roots.State, "notes.txt"), pins = Path.Combine(_roots.Pins, "others");
        File.WriteAllText(file, "mine");
        Directory.CreateDirectory(pins);

        JsonElement done = Json("cleanup", "--yes");

        Assert.Equal([$"pin {pins}", $"file {file}"], Items(done, "kept"));
        Assert.Equal([pins], Directory.GetFileSystemEntries(_roots.Pins));
        Assert.Equal([file], Directory.GetFileSystemEntries(_roots.State));
    }

    [Fact]
    public void In_another_network_namespace_it_is_refused()
    {
        using (Agent agent = Start())
        {
            Fill();
            agent.Stop();
        }

        string[] left = Traces();
        using var elsewhere = new TestNamespace("elsewhere");

        string refusal = new CiliateCommand(elsewhere, _roots).Refused(["cleanup", "--yes", .. _where]);

        Assert.Contains("endpoint 1: its interface", refusal, StringComparison.Ordinal);
        Assert.Contains("another network namespace", refusal, StringComparison.Ordinal);
        Assert.Equal(left, Traces());
    }

    [Fact]
    public void A_directory_that_is_no_BPF_file_system_is_left_alone()
    {
        string precious = Directory.CreateDirectory(Path.Combine(_roots.State, "maps")).FullName;
        File.WriteAllText(Path.Combine(precious, "world"), "flat");

        Assert.Contains("is not on a BPF file system", _ciliate.Refused("cleanup", "--yes", "--bpf-root", _roots.State), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(precious, "world")));
    }

    /// <summary>In a mount namespace of its own, whose /sys/fs/bpf is an ordinary directory.</summary>
    [Fact]
    public void A_BPF_file_system_goes_if_the_agent_mounted_it()
    {
        string agent = $"{Executables.Agent} --socket {_roots.Socket} --state-dir {_roots.State}";
        string script = $$"""
            mount -t tmpfs none /sys/fs/bpf || exit 3
            {{agent}} & pid=$!
            until {{Executables.Client}} status --socket {{_roots.Socket}} >/dev/null 2>&1; do kill -0 $pid || exit 4; sleep 0.05; done
            kill -TERM $pid; wait $pid
            stat -f -c %T /sys/fs/bpf
            {{Executables.Agent}} cleanup --yes --socket {{_roots.Socket}} --state-dir {{_roots.State}} | tail -n 100 | grep mount
            stat -f -c %T /sys/fs/bpf
            """;
        string[] before = Traces();

        ProcessResult result = TestProcess.Run(_host, "unshare", "--mount", "--propagation", "private", "sh", "-c", script);

        Assert.Equal((0, "bpf_fs\nremoved mount /sys/fs/bpf\ntmpfs\n"), (result.ExitCode, result.Output));
        Assert.Equal(before, Traces());
    }

    private Agent Start(params string[] options)
    {
        var agent = new Agent(_host, _roots, _ciliate, options);
        agent.Start();
        return agent;
    }

    private void Fill()
    {
        _ciliate.Do("endpoint", "add", "web", "--netns", _container.Path, "--label", "app=web");
        _ciliate.Do("policy", "apply", "-f", PolicyFile());
        _ciliate.Do("endpoint", "hook", "add", "web", "--object", UserObject.Budget(Path.GetTempPath()), "--at", "ingress");
    }

    private static string PolicyFile()
    {
        string path = Path.Combine(Path.GetTempPath(), $"ciliate-cleanup-{Environment.ProcessId}.yaml");
        File.WriteAllText(path, PolicyText.Ingress("web", "client", "{port: '80', protocol: TCP}"));
        return path;
    }

    private JsonElement Json(params string[] arguments) => _ciliate.Json([.. arguments, .. _where]);

    private static string[] Items(JsonElement report, string list) =>
        [.. report.GetProperty(list).EnumerateArray().Select(item => $"{item.GetProperty("kind").GetString()} {item.GetProperty("name").GetString()}")];

    private string[] Traces() =>
    [
        .. _host.Route.ListLinks().Select(link => $"link {link.Name} {link.Alias} filters {_host.Route.HasFilters(link.Index)}"),
        .. _host.Route.ListAddresses().Select(address => $"address {address.Address}"),
        .. new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 }
            .SelectMany(family => _host.Route.ListRoutes(family)).Select(route => $"route {route.Destination}"),
        .. _roots.Everything(),
    ];
}
