using System.Net.Sockets;
using Ciliate.Agent.Outside;
using Ciliate.Datapath;
using Ciliate.Policy;
using DropReason = Ciliate.Datapath.Abi.DropReason;

namespace Ciliate.Agent.Policies;

/// <summary>What the datapath drops at the way out though the policies let it leave: docs/datapath.md, "To the outside".</summary>
internal sealed class WayOut(Masquerade masquerade)
{
    /// <summary>The drop reason; null when the packet leaves, or does not go outside.</summary>
    public DropReason? WhyNot(PacketSide from, PacketSide to, PacketKind kind)
    {
        // Errors go as the packets of their flow do.
        if (from.Endpoint is null || to.Endpoint is not null || !to.Identity.IsWorld || kind.IsIcmpError)
            return null;
        bool passes = (to.Address ?? to.Identity.Prefix?.BaseAddress) is { } destination
            ? masquerade.UplinkTo(destination) is not { } uplink || Carries(uplink, destination.AddressFamily, kind)
            : Families(from, kind).Any(family => !LeavesMasqueraded(family) || HasChangeablePart(kind));
        return passes ? null : DropReason.TranslationUnsupported;
    }

    private bool Carries(Uplink uplink, AddressFamily family, PacketKind kind) => uplink.AddressOf(family) is not null && HasChangeablePart(kind);

    /// <summary>A port or echo identifier that tells flows to one remote apart, or leave to do without; other ICMP belongs to no flow.</summary>
    private bool HasChangeablePart(PacketKind kind) =>
        kind.IsEchoRequest || kind.Protocol is IpProtocols.Tcp or IpProtocols.Udp || !kind.IsIcmp && masquerade.Settings.AllProtocols;

    /// <summary>As far as can be told of no address in particular.</summary>
    private bool LeavesMasqueraded(AddressFamily family) => masquerade.Uplinks.Any(uplink => uplink.AddressOf(family) is not null);

    private static IEnumerable<AddressFamily> Families(PacketSide from, PacketKind kind) => kind.Protocol switch
    {
        IpProtocols.Icmp => [AddressFamily.InterNetwork],
        IpProtocols.IcmpV6 => [AddressFamily.InterNetworkV6],
        _ => from.Endpoint!.Addresses.Select(address => address.AddressFamily),
    };
}
