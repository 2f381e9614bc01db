namespace Ciliate.Policy;

/// <summary>IANA protocol numbers that rules can name.</summary>
public static class IpProtocols
{
    public const byte Any = 0;
    public const byte Icmp = 1;
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte IcmpV6 = 58;
    public const byte Sctp = 132;

    /// <summary>The protocols with ports: what a port rule without a protocol stands for.</summary>
    internal static ReadOnlySpan<byte> WithPorts => [Tcp, Udp, Sctp];
}
