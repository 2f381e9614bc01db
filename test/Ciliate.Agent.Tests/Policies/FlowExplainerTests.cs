using System.Net;
using Ciliate.Agent.Flows;
using Ciliate.Agent.Policies;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Datapath;
using Ciliate.Policy;
using Xunit;
using DropReason = Ciliate.Datapath.Abi.DropReason;

namespace Ciliate.Agent.Tests.Policies;

/// <summary>Of an observed packet that was dropped for another reason than policy that reason is told, and who really sent it.</summary>
public sealed class FlowExplainerTests : IDisposable
{
    private static readonly IPAddress s_web = IPAddress.Parse("10.101.0.2"), s_db = IPAddress.Parse("10.101.0.3");

    private readonly TestAgent _agent = new();

    public FlowExplainerTests()
    {
        _agent.Add("web", "app=web");
        _agent.Add("db", "app=db");
    }

    public void Dispose() => _agent.Dispose();

    public static TheoryData<DropReason, bool> Reasons => new()
    {
        { DropReason.IcmpErrorUnrelated, false },
        { DropReason.NoFlow, false },
        { DropReason.UnsolicitedReply, false },
        { DropReason.IcmpRedirect, false },
        { DropReason.NdiscForbidden, false },
        { DropReason.Malformed, false },
        { DropReason.FragmentUnknown, false },
        { DropReason.Internal, false },
        { DropReason.FlowQuota, true },
        { DropReason.FlowTableFull, true },
        { DropReason.TranslationUnsupported, true },
        { DropReason.TranslationPortsUsedUp, true },
        { DropReason.PacketTooBig, true },
        { DropReason.HopLimitExceeded, true },
    };

    [Theory, MemberData(nameof(Reasons))]
    public void A_drop_that_is_not_the_policies_is_denied_with_its_reason(DropReason reason, bool asksPolicies)
    {
        ExplainedPacket packet = Explain(Dropped(reason));

        Assert.Equal((false, DropReasons.Describe((uint)reason)), (packet.Allowed, packet.DropReason));
        Assert.False(string.IsNullOrEmpty(packet.DropMeaning));
        Assert.Equal((asksPolicies, asksPolicies), (packet.Egress is not null, packet.Ingress is not null));
        Assert.Equal(("web", "db"), (packet.From.Endpoint?.Name, packet.To.Endpoint?.Name));
    }

    [Theory]
    [InlineData(VerdictKind.Dropped, DropReason.PolicyDeniedEgress)]
    [InlineData(VerdictKind.Dropped, DropReason.PolicyDeniedIngress)]
    [InlineData(VerdictKind.Forwarded, DropReason.None)]
    public void What_policies_decided_is_explained_by_the_policies_of_now(VerdictKind verdict, DropReason reason)
    {
        ExplainedPacket packet = Explain(Dropped(reason) with { Verdict = verdict });

        Assert.Equal((true, null, true), (packet.Allowed, packet.DropReason, packet.Egress is not null && packet.Ingress is not null));
    }

    /// <summary>At the container's hook, before anybody knows whom it speaks to.</summary>
    [Fact]
    public void Who_lies_about_its_address_is_named_and_not_the_one_whose_it_is()
    {
        ExplainedPacket packet = Explain(Dropped(DropReason.SpoofedAddress) with
        {
            Source = s_db,
            SourceIdentity = 0,
            Destination = IPAddress.Parse("198.51.100.1"),
            DestinationIdentity = 0,
            DestinationEndpoint = 0,
        });

        Assert.Equal(("web", s_db), (packet.From.Endpoint?.Name, packet.From.Address!));
        Assert.Equal((false, "spoofed address", null), (packet.Allowed, packet.DropReason, packet.Egress));
    }

    /// <summary>By the host's stack: it does not say who sent it.</summary>
    [Theory]
    [InlineData("10.101.0.3", 257, 2)]
    [InlineData("10.101.0.1", ReservedIdentities.Host, 0)]
    public void Who_lies_from_elsewhere_is_nobody(string claimed, uint identity, ushort endpoint)
    {
        ExplainedPacket packet = Explain(Dropped(DropReason.SpoofedAddress) with
        {
            Direction = Datapath.TrafficDirection.Ingress,
            Source = IPAddress.Parse(claimed),
            SourceIdentity = identity,
            SourceEndpoint = endpoint,
            Destination = s_web,
            DestinationIdentity = 256,
            DestinationEndpoint = 1,
        });

        Assert.Equal((0u, null, "web"), (packet.From.Identity.Number, packet.From.Endpoint, packet.To.Endpoint?.Name));
        Assert.Equal((false, null), (packet.Allowed, packet.Ingress));
    }

    [Fact]
    public void A_liar_that_is_gone_is_nobody_and_no_successor()
    {
        VerdictEvent verdict = Dropped(DropReason.SpoofedAddress) with { Source = s_db };
        FlowRecord flow = Record(verdict);

        Assert.Null(_agent.Services.FlowExplainer.Explain(flow with { Source = flow.Source with { EndpointName = "former" } }).From.Endpoint);
    }

    [Fact]
    public void What_the_host_said_in_a_containers_name_is_the_hosts()
    {
        PeerFinder peers = _agent.Services.Peers;
        FlowPeer told = Record(Verdicts.Forwarded(80)).Source;

        PacketSide host = peers.OfFlow(told with { Identity = ReservedIdentities.Host, EndpointId = 0 }), container = peers.OfFlow(told);

        Assert.Equal((ReservedIdentities.Host, null, s_web), (host.Identity.Number, host.Endpoint, host.Address!));
        Assert.Equal("web", container.Endpoint?.Name);
    }

    [Fact]
    public void A_packet_without_addresses_is_told_with_its_reason() => Assert.Equal(
        "flow 7 is a packet without IP addresses, dropped before any policy was asked: arp spoofed (the sender is not the container)",
        Assert.Throws<AgentException>(() => Explain(Dropped(DropReason.ArpSpoofed) with { Source = null, Destination = null })).Message);

    private static VerdictEvent Dropped(DropReason reason) => Verdicts.Dropped(80) with { DropReason = (uint)reason };

    private ExplainedPacket Explain(VerdictEvent verdict) => _agent.Services.FlowExplainer.Explain(Record(verdict));

    private FlowRecord Record(VerdictEvent verdict) => new(
        7, verdict, Side(verdict.Source, verdict.SourceIdentity, verdict.SourceEndpoint),
        Side(verdict.Destination, verdict.DestinationIdentity, verdict.DestinationEndpoint),
        verdict.Verdict == VerdictKind.Dropped ? DropReasons.Describe(verdict.DropReason) : null, null);

    private FlowPeer Side(IPAddress? address, uint identity, ushort endpoint) =>
        new(address, 80, identity, endpoint, _agent.Services.Endpoints.Endpoints.Find(endpoint)?.Name, LabelSet.Empty);
}
