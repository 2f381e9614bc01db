namespace Ciliate.Oracle.Frames;

/// <summary>A container and its veth. MACs are the six bytes, an <paramref name="Interface"/> is the host end's index.</summary>
public sealed record ContainerSite(byte[] Mac, UInt128 IPv4, UInt128 IPv6, int Interface)
{
    /// <summary>The address that it gives itself (RFC 4291, appendix A).</summary>
    public UInt128 LinkLocal { get; } = ((UInt128)0xfe80 << 112)
        | ((UInt128)(Mac[0] ^ 2) << 56) | ((UInt128)Mac[1] << 48) | ((UInt128)Mac[2] << 40) | ((UInt128)0xfffe << 24)
        | ((UInt128)Mac[3] << 16) | ((UInt128)Mac[4] << 8) | Mac[5];

    public bool Owns(UInt128 address) => address == IPv4 || address == IPv6;
}

/// <summary>Who is where on one host.</summary>
/// <param name="Broadcast">Last address of the containers' range.</param>
/// <param name="FirstPort">First of the ports kept for masquerade; the last is 65535.</param>
public sealed record Site(
    IReadOnlyList<ContainerSite> Containers, byte[] GatewayMac, UInt128 GatewayIPv4, UInt128 GatewayIPv6, UInt128 Broadcast,
    UInt128 UplinkIPv4, UInt128 UplinkIPv6, int UplinkMtu, int FirstPort)
{
    public bool IsHost(UInt128 address) =>
        IsGateway(address) || IsUplink(address);

    public bool IsGateway(UInt128 address) => address == GatewayIPv4 || address == GatewayIPv6;

    public bool IsUplink(UInt128 address) => address == UplinkIPv4 || address == UplinkIPv6;

    public ContainerSite? OwnerOf(UInt128 address)
    {
        foreach (var container in Containers)
        {
            if (container.Owns(address))
                return container;
        }
        return null;
    }
}

/// <summary>What policies say of the first packet of a conversation.</summary>
public interface IFramePolicy
{
    /// <param name="sentByHost">Whatever its source address says.</param>
    /// <param name="port">Destination port, or type of an ICMP message.</param>
    bool Allows(in Conversation conversation, bool sentByHost, int port);
}
