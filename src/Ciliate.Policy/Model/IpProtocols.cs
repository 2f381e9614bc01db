namespace Ciliate.Policy;

/// <summary>IANA protocol numbers that rules can name.</summary>
public static class IpProtocols
{
    public const byte Any = 0;
    public const byte Tcp = 6;
    public const byte Udp = 17;

    /// <summary>The protocols with ports: what a port rule without a protocol stands for.</summary>
    internal static ReadOnlySpan<byte> WithPorts => [Tcp, Udp];
}
