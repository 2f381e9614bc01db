using System.Net;
using Ciliate.Agent.Policies;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Netlink;
using Ciliate.Policy;
using Xunit;

namespace Ciliate.Agent.Tests.Policies;

/// <summary>What never leaves, or never passes at all, is not called allowed.</summary>
public sealed class WayOutTests
{
    private const string Unsupported = "translation unsupported", Redirect = "icmp redirect";

    public static TheoryData<string, string, byte, ushort, string?> Cases => new()
    {
        { "web", "203.0.113.7", 47, 0, Unsupported },
        { "web", "2001:db8:9::7", 47, 0, Unsupported },
        { "web", "world", 47, 0, Unsupported },
        { "web", "203.0.113.7", IpProtocols.Sctp, 80, Unsupported },
        { "web", "203.0.113.7", IpProtocols.Icmp, 13, Unsupported },
        { "web", "world", IpProtocols.IcmpV6, 139, Unsupported },
        { "web", "203.0.113.7", IpProtocols.Icmp, 8, null },
        { "web", "203.0.113.7", IpProtocols.Icmp, 3, null },
        { "web", "203.0.113.7", IpProtocols.Tcp, 80, null },
        { "web", "world", IpProtocols.Udp, 80, null },
        { "web", "192.0.2.7", 47, 0, null }, // excluded
        { "web", "198.51.100.2", 47, 0, null }, // the host's
        { "web", "10.255.0.9", 47, 0, null }, // by another interface
        { "web", "db", 47, 0, null },
        { "203.0.113.7", "web", 47, 0, null },
        { "web", "db", IpProtocols.Icmp, 5, Redirect },
        { "web", "2001:db8:9::7", IpProtocols.IcmpV6, 137, Redirect },
        { "host", "web", IpProtocols.Icmp, 5, Redirect },
        { "web", "db", IpProtocols.IcmpV6, 134, "ndisc forbidden" },
        { "host", "web", IpProtocols.IcmpV6, 134, null },
    };

    [Theory, MemberData(nameof(Cases))]
    public void It_is_denied_with_what_the_datapath_says(string from, string to, byte protocol, ushort port, string? reason)
    {
        using TestAgent agent = AgentWithUplink("--masquerade-exclude", "192.0.2.0/24");

        ExplainedPacket packet = Explain(agent, from, to, new PacketKind(protocol, port));

        Assert.Equal((reason, reason is null), (packet.DropReason, packet.Allowed));
    }

    [Theory]
    [InlineData(47, 0, null)]
    [InlineData(IpProtocols.Sctp, 80, null)]
    [InlineData(IpProtocols.Icmp, 13, Unsupported)]
    public void All_protocols_leave_where_that_is_asked_for_but_icmp_without_a_flow(byte protocol, ushort port, string? reason)
    {
        using TestAgent agent = AgentWithUplink("--masquerade-all-protocols", "true");
        Assert.Equal(reason, Explain(agent, "web", "203.0.113.7", new PacketKind(protocol, port)).DropReason);
    }

    [Fact]
    public void Without_masquerade_they_leave_as_they_are()
    {
        using TestAgent agent = AgentWithUplink("--masquerade", "false");
        Assert.Null(Explain(agent, "web", "203.0.113.7", new PacketKind(47, 0)).DropReason);
    }

    /// <summary>The policy comes first in the kernel, and is what its event tells.</summary>
    [Fact]
    public void What_the_policy_denies_is_the_policys()
    {
        using TestAgent agent = AgentWithUplink();
        agent.Apply("""
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: {name: closed}
            spec:
              endpointSelector: {}
              egress: [{}]
            """);

        ExplainedPacket packet = Explain(agent, "web", "203.0.113.7", new PacketKind(47, 0));

        Assert.Equal((null, false), (packet.DropReason, packet.Allowed));
    }

    private static TestAgent AgentWithUplink(params string[] arguments)
    {
        var agent = new TestAgent(arguments);
        Link uplink = AddLink(agent, "lan0", "198.51.100.2/24", "2001:db8:51::2/64");
        AddLink(agent, "side0", "10.255.0.1/24");
        foreach (string gateway in new[] { "198.51.100.1", "2001:db8:51::1" })
        {
            IPAddress address = IPAddress.Parse(gateway);
            agent.Host.Route.AddRoute(RouteSpec.Default(address.AddressFamily) with { Gateway = address, LinkIndex = uplink.Index });
        }

        agent.Services.Masquerade.Begin();
        agent.Services.HostAddresses.Refresh(agent.Services.Host.Look());
        agent.Add("web", "app=web");
        agent.Add("db", "app=db");
        return agent;
    }

    private static Link AddLink(TestAgent agent, string name, params string[] addresses)
    {
        Link link = agent.Host.Route.CreateBridge(name);
        foreach (string[] parts in addresses.Select(address => address.Split('/')))
            agent.Host.Route.AddAddress(link.Index, IPAddress.Parse(parts[0]), byte.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
        agent.Host.Route.SetUp(link.Index);
        return link;
    }

    private static ExplainedPacket Explain(TestAgent agent, string from, string to, PacketKind kind) =>
        agent.Services.Explainer.Explain(agent.Services.Peers.Find(from), agent.Services.Peers.Find(to), kind);
}
