using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Interfaces;

public sealed class ObserveTests : IClassFixture<PolicyHost>
{
    private readonly PolicyHost _fixture;

    public ObserveTests(PolicyHost fixture)
    {
        _fixture = fixture;
        fixture.Host.DeletePolicies();
        fixture.Host.Apply(PolicyText.Ingress("server", "client") + "\n---\n" + PolicyText.For("other", "  egress: []"));
    }

    private Host Host => _fixture.Host;

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_verdict_has_names_ports_addresses_and_the_rule_that_gave_it(Family family)
    {
        ObservedFlow seen = Talk(_fixture.Client, 80, family);

        Assert.Equal(("FORWARDED", "client", "server", 80, null), (seen.Verdict, seen.Source, seen.Destination, seen.DestinationPort, seen.Reason));
        Assert.Equal(_fixture.Client.Address(family).ToString(), seen.Address);
        Assert.Contains("default/server", seen.Rule, StringComparison.Ordinal);
        Assert.Contains("container:app=client", seen.Json.GetProperty("source").GetProperty("labels").EnumerateArray().Select(label => label.GetString()));
    }

    [Fact]
    public void A_default_deny_names_itself_as_the_rule()
    {
        ObservedFlow seen = Talk(_fixture.Other, 81, Family.IPv4);

        Assert.Equal(("DROPPED", "other", "server", Expectations.EgressDenied, "EGRESS"),
            (seen.Verdict, seen.Source, seen.Destination, seen.Reason, seen.Json.GetProperty("traffic_direction").GetString()));
        Assert.Contains("default-deny", seen.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public void Filters_choose_and_the_last_n_are_the_newest()
    {
        Talk(_fixture.Client, 8000, Family.IPv4);
        Talk(_fixture.Client, 8050, Family.IPv4);
        Talk(_fixture.Other, 8000, Family.IPv6);

        Assert.All(Host.Ciliate.Observe("--verdict", "dropped"), flow => Assert.True(flow.Dropped));
        Assert.All(Host.Ciliate.Observe("--from", "client"), flow => Assert.Equal("client", flow.Source));
        Assert.All(Host.Ciliate.Observe("--from", "app=other"), flow => Assert.Equal("other", flow.Source));
        Assert.All(Host.Ciliate.Observe("--to", _fixture.Server.IPv4.ToString()), flow => Assert.Equal("server", flow.Destination));
        Assert.Equal([8000, 8000], Host.Ciliate.Observe("--port", "8000").Select(flow => flow.DestinationPort).TakeLast(2));
        ObservedFlow last = Assert.Single(ObservedFlow.ParseLines(Host.Ciliate.Do("observe", "--last", "1", "-o", "json")));
        Assert.Equal(("other", 8000), (last.Source, last.DestinationPort));
    }

    [Fact]
    public void Following_tells_verdicts_as_they_come_until_it_is_interrupted()
    {
        using TestProcess follower = Host.Ciliate.Start("observe", "--follow", "--last", "0", "--from", "client", "--port", "8100", "-o", "json");
        Eventually.Holds(
            () =>
            {
                using var conversation = new Conversation(_fixture.Client.Network, _fixture.Server.IPv4, 8100, Transport.Udp);
                Assert.True(conversation.IsAnswered(TimeSpan.FromSeconds(10)));
                return follower.Output.Length > 0;
            },
            "the follower shows a new verdict");

        TestProcess.Run(null, "sh", "-c", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"kill -INT {follower.Id}"));

        ProcessResult result = follower.WaitForExit();
        Assert.Equal(0, result.ExitCode);
        Assert.All(ObservedFlow.ParseLines(result.Output), flow => Assert.Equal(("FORWARDED", "client", 8100), (flow.Verdict, flow.Source, flow.DestinationPort)));
    }

    [Fact]
    public void The_table_for_people_has_a_line_for_each_verdict()
    {
        ObservedFlow seen = Talk(_fixture.Other, 8101, Family.IPv4);

        string line = Host.Ciliate.Do("observe", "--last", "2000", "--port", seen.SourcePort.ToString(System.Globalization.CultureInfo.InvariantCulture));

        Assert.Contains("other", line, StringComparison.Ordinal);
        Assert.Contains("server", line, StringComparison.Ordinal);
        Assert.Contains(Expectations.EgressDenied, line, StringComparison.Ordinal);
    }

    /// <summary>Says something by UDP, so that there is one packet; returns its verdict.</summary>
    private ObservedFlow Talk(Container from, int port, Family family)
    {
        using var conversation = new Conversation(from.Network, _fixture.Server.Address(family), port, Transport.Udp);
        conversation.IsAnswered(TimeSpan.FromMilliseconds(200));
        ObservedFlow[] seen = [];
        Eventually.Holds(() => (seen = Host.SeenFrom(conversation.SourcePort, port)).Length > 0, "the verdict is told");
        return Assert.Single(seen);
    }
}
