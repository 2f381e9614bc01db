using Ciliate.Policy;

namespace Ciliate.Agent.Policies;

/// <summary>What a packet is, as far as policies ask.</summary>
/// <param name="Protocol">IANA number.</param>
/// <param name="Port">Destination port, or the type of an ICMP or ICMPv6 message, or 0.</param>
public readonly record struct PacketKind(byte Protocol, ushort Port)
{
    /// <summary>RFC 792, 4443.</summary>
    public bool IsEchoRequest => (Protocol, Port) is (IpProtocols.Icmp, 8) or (IpProtocols.IcmpV6, 128);

    /// <summary>RFC 792, 4861.</summary>
    public bool IsRedirect => (Protocol, Port) is (IpProtocols.Icmp, 5) or (IpProtocols.IcmpV6, 137);

    /// <summary>RFC 4861.</summary>
    public bool IsRouterAdvertisement => (Protocol, Port) is (IpProtocols.IcmpV6, 134);

    /// <summary>Tells about another packet, to whose flow it belongs (RFC 792, 4443).</summary>
    public bool IsIcmpError => (Protocol, Port) is (IpProtocols.Icmp, 3 or 4 or 11 or 12) or (IpProtocols.IcmpV6, >= 1 and <= 4);

    public bool IsIcmp => Protocol is IpProtocols.Icmp or IpProtocols.IcmpV6;

    public override string ToString() => Protocol switch
    {
        IpProtocols.Tcp => $"TCP {Port}",
        IpProtocols.Udp => $"UDP {Port}",
        IpProtocols.Sctp => $"SCTP {Port}",
        IpProtocols.Icmp => $"ICMP type {Port}",
        IpProtocols.IcmpV6 => $"ICMPv6 type {Port}",
        _ => $"protocol {Protocol}",
    };
}
