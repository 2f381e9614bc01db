using Ciliate.Oracle;
using Ciliate.Oracle.Frames;

namespace Ciliate.Verdicts.Tests.Frames;

/// <summary>A round's policies by addresses, as the oracle understands them. Every answer is worked out once.</summary>
internal sealed class RoundPolicy(World world, IReadOnlyList<WrittenPolicy> policies) : IFramePolicy
{
    private static readonly Party s_host = Party.Of("host");
    private static readonly UInt128 s_broadcast = Wire.Address(FrameRig.UplinkBroadcast), s_anycast = Wire.Address(FrameRig.UplinkAnycast);

    private readonly Dictionary<(Conversation, bool, int), bool> _known = [];
    private readonly Dictionary<UInt128, Party> _parties = PartiesOf(world);

    public bool Allows(in Conversation conversation, bool sentByHost, int port)
    {
        var question = (conversation with { SourcePort = 0, DestinationPort = 0 }, sentByHost, port);
        if (!_known.TryGetValue(question, out bool answer))
            _known[question] = answer = Ask(conversation, sentByHost, port);
        return answer;
    }

    private bool Ask(in Conversation conversation, bool sentByHost, int port) => Judge.Allows(
        policies, new Packet(sentByHost ? s_host : PartyOf(conversation.Source), DestinationOf(conversation.Destination), conversation.Protocol, port));

    /// <summary>The host is whoever its routes deliver to here: link-local addresses, and broadcast and anycast of the uplink's networks
    /// (docs/datapath.md).</summary>
    private Party DestinationOf(UInt128 address) =>
        Wire.Address(address).IsIPv6LinkLocal || address == s_broadcast || address == s_anycast ? s_host : PartyOf(address);

    private Party PartyOf(UInt128 address) => _parties.TryGetValue(address, out var party) ? party : Party.At(Wire.Address(address));

    private static Dictionary<UInt128, Party> PartiesOf(World world)
    {
        var parties = new Dictionary<UInt128, Party>();
        void Add(System.Net.IPAddress ipv4, System.Net.IPAddress ipv6, Party party)
        {
            parties[Wire.Address(ipv4)] = party;
            parties[Wire.Address(ipv6)] = party;
        }

        for (int i = 0; i < world.Containers.Count; i++)
            Add(Stations.Containers[i].IPv4, Stations.Containers[i].IPv6, world.Containers[i]);
        foreach (string entity in World.Entities)
            Add(Stations.OfEntity(entity).IPv4, Stations.OfEntity(entity).IPv6, Party.Of(entity));
        Add(Stations.Gateway.IPv4, Stations.Gateway.IPv6, s_host);
        Add(FrameRig.UplinkIPv4, FrameRig.UplinkIPv6, s_host);
        return parties;
    }
}
