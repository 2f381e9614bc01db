using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Probes;

/// <summary>What a test says about two places and a port.</summary>
public static class Expectations
{
    public const string IngressDenied = "policy denied ingress";
    public const string EgressDenied = "policy denied egress";

    // Generous to what must be answered; short for what must not, as the drop event is the proof.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(150);

    public static void Passes(this Host host, IPlace from, IPlace to, int port, Family family, Transport transport)
    {
        using var conversation = new Conversation(from.Network, to.Address(family), port, transport);
        Assert.True(
            conversation.IsAnswered(Patience),
            $"{from.Name} to {to.Name}:{port} by {transport} over {family} was not answered; the agent saw: "
            + string.Join("; ", host.Ciliate.Observe().Where(flow => flow.SourcePort == conversation.SourcePort)));
    }

    /// <summary>No answer comes, and the kernel tells that it dropped the packet for this reason and that it let nothing of it pass.</summary>
    public static void Drops(this Host host, IPlace from, IPlace to, int port, Family family, Transport transport, string reason)
    {
        using var conversation = new Conversation(from.Network, to.Address(family), port, transport);
        Assert.False(conversation.IsAnswered(Glance), $"{from.Name} to {to.Name}:{port} by {transport} over {family} was answered");

        ObservedFlow[] seen = [];
        Eventually.Holds(
            () => (seen = host.SeenFrom(conversation.SourcePort, port)).Length > 0,
            $"a verdict on {from.Name} to {to.Name}:{port} by {transport} over {family}");
        Assert.All(seen, flow => Assert.Equal(
            (true, reason, from.Name, to.Name), (flow.Dropped, flow.Reason, flow.Source ?? "host", flow.Destination ?? "host")));
    }

    /// <summary>Verdicts of one conversation.</summary>
    public static ObservedFlow[] SeenFrom(this Host host, int sourcePort, int port) =>
        [.. host.Ciliate.Observe().Where(flow => flow.SourcePort == sourcePort && flow.DestinationPort == port)];

    public static void Pings(IPlace from, System.Net.IPAddress address)
    {
        ProcessResult result = TestProcess.Run(from.Network, "ping", "-n", "-c", "2", "-i", "0.05", "-W", "5", address.ToString());
        Assert.True(result.ExitCode == 0, $"{from.Name} gets no answer to its ping of {address}: {result.Output}{result.Errors}");
    }
}
