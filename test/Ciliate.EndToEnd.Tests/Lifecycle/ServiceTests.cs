using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Lifecycle;

/// <summary>The unit under a real systemd.</summary>
public sealed class ServiceTests : IDisposable
{
    private const int Port = 9000;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TestNamespace _host = new("host"), _server = new("server"), _client = new("client");
    private readonly AgentRoots _roots = new();

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
        _host.Dispose();
        _roots.Dispose();
    }

    [Fact]
    public void Systemd_starts_it_shows_its_sentence_and_starts_it_again_when_it_dies_or_hangs_and_traffic_goes_on()
    {
        using var systemd = new Systemd(_host, _roots, "WatchdogSec=3\nTimeoutAbortSec=1");
        Assert.StartsWith("ok since ", systemd.Show("StatusText"), StringComparison.Ordinal);
        Assert.Equal("notify", systemd.Show("Type"));
        var ciliate = new CiliateCommand(_host, _roots);
        Container server = ciliate.Add("server", _server), client = ciliate.Add("client", _client);
        using var records = new RecordServer(server.Network, Port);
        using var running = new RecordReader(client.Network, server.IPv6, Port);
        running.GoesOn();

        systemd.Do("kill", "--signal=KILL", "ciliated");
        WaitForRestart(systemd, 1);
        running.GoesOn(300);

        systemd.Do("kill", "--signal=STOP", "ciliated");
        WaitForRestart(systemd, 2);
        Assert.Equal("2", ciliate.Json("status").GetProperty("endpoints").GetProperty("ready").ToString());
        running.GoesOn(300);

        systemd.Do("stop", "ciliated");
        Assert.Equal(("inactive", "success"), (systemd.Show("ActiveState"), systemd.Show("Result")));
        running.GoesOn(300);
    }

    private static void WaitForRestart(Systemd systemd, int count) => Eventually.Holds(
        () => systemd.Show("NRestarts") == count.ToString(System.Globalization.CultureInfo.InvariantCulture) && systemd.Show("ActiveState") == "active"
            && systemd.Show("StatusText").StartsWith("ok since ", StringComparison.Ordinal),
        $"systemd has started the agent again, {count} times in all", s_patience);
}
