using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Outside;

public sealed class PortsUsedUpTests(PortsUsedUpTests.Narrow world) : IClassFixture<PortsUsedUpTests.Narrow>
{
    private const int Ports = 32;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(150);

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_container_that_uses_up_its_ports_is_told_why_and_harms_neither_its_flows_nor_its_neighbour(Family family)
    {
        Conversation[] flood = [.. Enumerable.Range(0, Ports).Select(_ => To(world.Web, world.Router, family))];
        try
        {
            ILookup<bool, Conversation> got = flood.ToLookup(one => one.IsAnswered(Glance * 4));

            Assert.InRange(got[true].Count(), 1, Ports - 1);
            Eventually.Holds(
                () => got[false].All(one => world.Host.SeenFrom(one.SourcePort, World.Port).Any(flow => flow.Reason == "translation ports used up")),
                "every drop is told with its reason",
                Patience);
            Assert.All(got[true], one => Assert.True(one.IsAnswered(Patience)));
            using var neighbour = To(world.Db, world.Router, family);
            using var elsewhere = To(world.Web, world.Server, family);
            Assert.True(neighbour.IsAnswered(Patience));
            Assert.True(elsewhere.IsAnswered(Patience));
        }
        finally
        {
            Array.ForEach(flood, one => one.Dispose());
        }
    }

    private static Conversation To(Container from, Outsider to, Family family) => new(from.Network, to.Address(family), World.Port, Transport.Udp);

    /// <summary>Few ports are kept for masquerade.</summary>
    public sealed class Narrow() : World("--masquerade-ports", $"16384-{16384 + Ports - 1}");
}
