using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Ciliate.Agent.Configuration;
using Ciliate.Agent.Hosting;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Api;
using Ciliate.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ciliate.Agent.Tests.Hosting;

/// <summary>What systemd hears of a whole agent over a fake datapath.</summary>
public sealed class ServiceManagerTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(100);

    private readonly string _root = Directory.CreateTempSubdirectory("ciliate-systemd-test-").FullName;
    private readonly Socket _systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
    private readonly TestNamespace _host = new("host");
    private readonly TestNamespace _container = new("container");
    private readonly FakeDatapath _datapath = new();
    private RunningAgent _agent = null!;

    private string SocketPath => Path.Combine(_root, "api.sock");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        string notify = Path.Combine(_root, "notify");
        _systemd.Bind(new UnixDomainSocketEndPoint(notify));
        AgentConfiguration configuration = ConfigurationLoader.Load(
            CommandLine.Parse(["--state-dir", Path.Combine(_root, "state"), "--socket", SocketPath]), new Dictionary<string, string>(), "/nonexistent");
        _agent = await RunningAgent.StartAsync(
            configuration, _host.Namespace, _datapath, TimeProvider.System, NullLoggerProvider.Instance, Cancellation,
            new ServiceManager(notify, s_patience));
    }

    public async ValueTask DisposeAsync()
    {
        await _agent.DisposeAsync();
        _systemd.Dispose();
        _container.Dispose();
        _host.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public void It_hears_that_the_agent_is_ready_that_it_lives_and_how_it_is()
    {
        string[] told = [.. Enumerable.Range(0, 4).Select(_ => Receive())];

        Assert.Contains("READY=1", told);
        Assert.Contains("WATCHDOG=1", told);
        Assert.Single(told, text => text.StartsWith("STATUS=ok since ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_hears_nothing_while_the_control_loop_is_stuck()
    {
        using var stuck = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        _datapath.Fail = call =>
        {
            if (!call.StartsWith("attach", StringComparison.Ordinal))
                return;
            stuck.Set();
            release.Wait(Cancellation);
        };
        Task added = new AgentClient(SocketPath).PutEndpointAsync("web", new EndpointChangeRequest([], _container.Path), Cancellation);
        stuck.Wait(Cancellation);
        // What was told before.
        while (_systemd.Available > 0)
            Receive();

        await Task.Delay(s_patience * 5, Cancellation);

        Assert.Equal(0, _systemd.Available);
        release.Set();
        await added;
        Assert.Equal("WATCHDOG=1", Receive());
    }

    [Fact]
    public void Without_systemd_or_when_it_is_gone_nothing_happens()
    {
        new ServiceManager(null).TellReady();
        new ServiceManager(Path.Combine(_root, "nobody")).TellReady();
    }

    [Theory]
    [InlineData("90000000", null, 90)]
    [InlineData("90000000", "self", 90)]
    [InlineData("90000000", "1", null)]
    [InlineData("0", null, null)]
    [InlineData("soon", null, null)]
    [InlineData(null, null, null)]
    public void The_watchdog_waits_for_us_when_systemd_says_so(string? microseconds, string? processId, int? seconds)
    {
        string? pid = processId == "self" ? Environment.ProcessId.ToString(CultureInfo.InvariantCulture) : processId;

        Assert.Equal(seconds is { } time ? TimeSpan.FromSeconds(time) : null, ServiceManager.WatchdogTime(microseconds, pid));
    }

    private string Receive()
    {
        byte[] buffer = new byte[1024];
        return Encoding.UTF8.GetString(buffer, 0, _systemd.Receive(buffer));
    }
}
