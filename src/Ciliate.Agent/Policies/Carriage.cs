using System.Net;
using System.Net.Sockets;
using Ciliate.Datapath.Abi;

namespace Ciliate.Agent.Policies;

/// <summary>What the datapath drops before it asks a policy, as far as the two sides tell: docs/datapath.md, "What is refused before anybody is asked".</summary>
/// <param name="broadcast">Of the containers' IPv4 range.</param>
internal sealed class Carriage(IPAddress? broadcast)
{
    private static readonly IPNetwork s_thisNetwork = IPNetwork.Parse("0.0.0.0/8"), s_loopback = IPNetwork.Parse("127.0.0.0/8"),
        s_multicast = IPNetwork.Parse("224.0.0.0/4"), s_reserved = IPNetwork.Parse("240.0.0.0/4"), s_mappedAndCompatible = IPNetwork.Parse("::/80");

    /// <summary>The drop reason; null when the policies decide.</summary>
    /// <exception cref="AgentException">The addresses are of two families: no packet has both.</exception>
    public DropReason? WhyNot(PacketSide from, PacketSide to, PacketKind kind)
    {
        if (from.Address is { } source && to.Address is { } destination && source.AddressFamily != destination.AddressFamily)
            throw AgentException.Invalid($"{source} and {destination} are of two families, which no packet has; give two of one");
        return ReasonOfAddresses(from, to) ?? ReasonOfKind(from, kind) ?? ReasonOfDestination(from, to);
    }

    private static DropReason? ReasonOfAddresses(PacketSide from, PacketSide to)
    {
        if ((to.Address ?? from.Address)?.AddressFamily is { } family && (Lacks(from, family) || Lacks(to, family)))
            return DropReason.UnsupportedFamily;
        return IsInvalid(from.Address) || IsForMany(from.Address) || IsInvalid(to.Address) ? DropReason.InvalidAddress : null;
    }

    /// <summary>Routes and routers are the gateway's to tell.</summary>
    private static DropReason? ReasonOfKind(PacketSide from, PacketKind kind)
    {
        if (kind.IsRedirect)
            return DropReason.IcmpRedirect;
        return kind.IsRouterAdvertisement && from.Endpoint is not null ? DropReason.NdiscForbidden : null;
    }

    private DropReason? ReasonOfDestination(PacketSide from, PacketSide to)
    {
        if (IsMulticast(to.Address))
            return DropReason.Multicast;
        if (IsForMany(to.Address))
            return to.Address!.Equals(IPAddress.Broadcast) ? DropReason.Broadcast : DropReason.InvalidAddress;
        if (to.Address is { } last && last.Equals(broadcast))
            return DropReason.Broadcast;
        bool isItself = from.Endpoint is { } sender && sender.Id == to.Endpoint?.Id && !from.IsOneOfSeveral && !to.IsOneOfSeveral;
        return isItself ? DropReason.SameEndpoint : null;
    }

    private static bool Lacks(PacketSide side, AddressFamily family) =>
        side.Endpoint is { } endpoint && !endpoint.Addresses.Any(address => address.AddressFamily == family);

    private static bool IsInvalid(IPAddress? address) =>
        address is not null && (s_thisNetwork.Contains(address) || s_loopback.Contains(address) || s_mappedAndCompatible.Contains(address));

    private static bool IsMulticast(IPAddress? address) => address is not null && (address.IsIPv6Multicast || s_multicast.Contains(address));

    /// <summary>No single one's: multicast, and what is kept behind it (RFC 1112).</summary>
    private static bool IsForMany(IPAddress? address) => IsMulticast(address) || address is not null && s_reserved.Contains(address);
}
