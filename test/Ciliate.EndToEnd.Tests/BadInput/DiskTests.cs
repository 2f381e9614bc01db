using System.Text.Json;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.BadInput;

/// <summary>The state directory takes nothing more, since its disk is full or read-only: a change is refused by one line that says where, and all
/// is as before, in the kernel and on the disk; also after the agent is killed and started again.</summary>
public sealed class DiskTests : IDisposable
{
    private readonly SmallDisk _disk;
    private readonly Host _host;
    private readonly Container _server;
    private readonly Container _client;
    private readonly Container _other;
    private readonly TestNamespace _late;
    private readonly EchoServer _echo;

    public DiskTests()
    {
        var roots = new AgentRoots();
        _disk = roots.UseSmallDisk();
        _host = new Host(roots);
        (_server, _client, _other) = (_host.Add("server"), _host.Add("client"), _host.Add("other"));
        _late = _host.AddNamespace("late");
        _echo = new EchoServer(_server.Network, 80);
        _host.Apply(Old);
    }

    private static string Old => PolicyText.Ingress("server", "client");

    /// <summary>Changes by name. None fits into what another file leaves free.</summary>
    private static Dictionary<string, Func<DiskTests, string[]>> Changes { get; } = new()
    {
        ["a policy more"] = test => ["policy", "apply", "-f", test._host.Roots.Write("more.yaml", PolicyText.Ingress("client", "other"))],
        ["another policy of the name"] = test => ["policy", "apply", "-f", test._host.Roots.Write("other.yaml", PolicyText.Ingress("server", "other") + LongComment)],
        ["two policies at once"] = test =>
            ["policy", "apply", "-f", test._host.Roots.Write("two.yaml", PolicyText.Ingress("server", "other") + "\n---\n" + PolicyText.Ingress("client", "other"))],
        ["an endpoint more"] = test => ["endpoint", "add", "late", "--netns", test._late.Path, "--label", "app=late"],
        ["an endpoint more of a known identity"] = test => ["endpoint", "add", "late", "--netns", test._late.Path, "--label", "app=client"],
    };

    private static string LongComment => "\n# " + new string('x', 8000);

    public static TheoryData<string, bool> Refusals { get; } = new(Changes.Keys.SelectMany(name => new[] { (name, false), (name, true) }));

    public void Dispose()
    {
        _echo.Dispose();
        _host.Dispose();
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public void A_change_is_refused_and_leaves_nothing(string change, bool readOnly)
    {
        string[] arguments = Changes[change](this);
        (string[] traces, string[] contents) = ([.. Known()], Contents());
        Block(readOnly);

        string error = _host.Ciliate.Refused(arguments);

        Assert.Contains(_host.Roots.State, error, StringComparison.Ordinal);
        Assert.Contains(readOnly ? "Read-only file system" : "No space left on device", error, StringComparison.Ordinal);
        Assert.Equal(traces, Known());
        Assert.Equal(contents, Contents());
        AsBefore();
        Degraded();

        _host.Agent.Kill();
        Unblock(readOnly);
        _host.Agent.Start();
        AsBefore();
        Assert.Equal("ok", Health().GetProperty("state").GetString());
        _host.Ciliate.Do(arguments);
    }

    [Theory]
    [InlineData("policy", "delete", "server")]
    [InlineData("endpoint", "delete", "other")]
    public void What_is_there_stays_on_a_read_only_disk(params string[] arguments)
    {
        (string[] traces, string[] contents) = ([.. Known()], Contents());
        Block(readOnly: true);

        string error = _host.Ciliate.Refused(arguments);

        Assert.Contains(_host.Roots.State, error, StringComparison.Ordinal);
        Assert.Equal(traces, Known());
        Assert.Equal(contents, Contents());
        AsBefore();
        string since = Degraded();
        Assert.Equal(since, Degraded());
        Unblock(readOnly: true);
        Assert.Equal("ok", Health().GetProperty("state").GetString());
        _host.Ciliate.Do(arguments);
    }

    [Fact]
    public void An_endpoint_can_go_from_a_full_disk()
    {
        Block(readOnly: false);

        _host.Ciliate.Do("endpoint", "delete", "other");

        Assert.Equal(2, _host.Ciliate.Json("endpoint", "list").GetArrayLength());
        _host.Passes(_client, _server, 80, Family.IPv4, Transport.Tcp);
    }

    [Fact]
    public void An_agent_does_not_start_on_a_state_directory_that_it_cannot_write()
    {
        _host.Agent.Kill();
        Block(readOnly: true);
        using TestProcess process = _host.Agent.Launch();

        ProcessResult result = process.WaitForExit();

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(_host.Roots.State, Assert.Single(result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        using var still = new Conversation(_client.Network, _server.IPv4, 80, Transport.Tcp);
        Assert.True(still.IsAnswered(TimeSpan.FromSeconds(10)), "the containers' programs do not need the agent");
        Unblock(readOnly: true);
        _host.Agent.Start();
    }

    private IEnumerable<string> Known() => _host.Traces().Where(trace => !trace.EndsWith("filler", StringComparison.Ordinal));

    /// <summary>The old policy is in force.</summary>
    private void AsBefore()
    {
        _host.Passes(_client, _server, 80, Family.IPv4, Transport.Tcp);
        _host.Drops(_other, _server, 80, Family.IPv6, Transport.Tcp, Expectations.IngressDenied);
    }

    /// <summary>Without the journal of numbers: that one was given out stays told, and means nothing while nobody has it.</summary>
    private string[] Contents() => [.. _disk.Contents().Where(file => !file.Contains("/identities.journal:", StringComparison.Ordinal))];

    private JsonElement Health() => _host.Ciliate.Json("status").GetProperty("ciliate");

    /// <summary>The status says what is wrong; since when is returned.</summary>
    private string Degraded()
    {
        JsonElement health = Health();
        Assert.Equal("degraded", health.GetProperty("state").GetString());
        Assert.StartsWith($"the state directory {_host.Roots.State} takes no changes (", health.GetProperty("msg").GetString(), StringComparison.Ordinal);
        return health.GetProperty("since").GetString()!;
    }

    private void Block(bool readOnly)
    {
        if (readOnly)
            _disk.MakeReadOnly();
        else
            _disk.Fill();
    }

    private void Unblock(bool readOnly)
    {
        if (readOnly)
            _disk.MakeWritable();
        else
            _disk.Free();
    }
}
