using System.Diagnostics;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.EndToEnd.Tests.Probes;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Transfers;

public sealed class PolicyChangeTests : IClassFixture<PolicyHost>, IDisposable
{
    private const int Port = 9000;
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(100);

    // Covers the first retransmissions of the cut-off sender (200, 400, 800 ms).
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1.5);

    private readonly PolicyHost _fixture;
    private readonly RecordServer _records;

    public PolicyChangeTests(PolicyHost fixture)
    {
        _fixture = fixture;
        _records = new RecordServer(fixture.Server.Network, Port);
        fixture.Host.DeletePolicies();
    }

    public void Dispose() => _records.Dispose();

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void While_connections_run_the_kept_one_goes_on_and_the_revoked_one_stops_within_100_ms(Family family)
    {
        _fixture.Host.Apply(PolicyText.For("server", "  ingress: [{fromEndpoints: [{matchLabels: {tier: front}}]}]"));
        using var kept = Connect(_fixture.Client, family);
        using var revoked = Connect(_fixture.Other, family);

        _fixture.Host.Apply(PolicyText.Ingress("server", "client"));
        long applied = Stopwatch.GetTimestamp();

        Thread.Sleep(Silence);
        double milliseconds = Stopwatch.GetElapsedTime(applied, revoked.LastByte).TotalMilliseconds;
        Assert.True(milliseconds <= Limit.TotalMilliseconds, $"bytes still came {milliseconds:0} ms after the apply returned");
        kept.GoesOn();
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_connection_that_is_revoked_at_the_opener_s_side_stops_as_well(Family family)
    {
        using var revoked = Connect(_fixture.Client, family);

        _fixture.Host.Apply(PolicyText.Egress("client", "other"));
        long applied = Stopwatch.GetTimestamp();

        Thread.Sleep(Silence);
        Assert.InRange(Stopwatch.GetElapsedTime(applied, revoked.LastByte).TotalMilliseconds, double.MinValue, Limit.TotalMilliseconds);
    }

    [Fact]
    public void A_connection_lives_through_fifty_changes_that_keep_its_right()
    {
        string[] policies =
        [
            PolicyText.Ingress("server", "client", $"{{port: \"{Port}\", protocol: TCP}}"),
            PolicyText.Ingress("server", "client"),
        ];
        _fixture.Host.Apply(policies[1]);
        using var four = Connect(_fixture.Client, Family.IPv4);
        using var six = Connect(_fixture.Client, Family.IPv6);

        for (int i = 0; i < 50; i++)
        {
            _fixture.Host.Apply(policies[i % 2]);
        }

        four.GoesOn();
        six.GoesOn();
    }

    private RecordReader Connect(Container from, Family family)
    {
        var reader = new RecordReader(from.Network, _fixture.Server.Address(family), Port);
        reader.GoesOn();
        return reader;
    }
}
