using System.Text;

namespace Ciliate.Netlink;

/// <summary>Offloads that can be switched by one ethtool command each; the value is the command that sets it.</summary>
public enum LinkFeature
{
    /// <summary>ETHTOOL_STXCSUM</summary>
    TransmitChecksum = 0x17,

    /// <summary>ETHTOOL_STSO</summary>
    TcpSegmentation = 0x1f,

    /// <summary>ETHTOOL_SGSO</summary>
    GenericSegmentation = 0x24,

    /// <summary>ETHTOOL_SGRO</summary>
    GenericReceive = 0x2c,
}

// The kernel hands an ioctl that netlink does not know down to the device layer of the socket's namespace, so no second socket is needed.
public sealed partial class RouteNetlink
{
    private const nuint SIOCETHTOOL = 0x8946;
    private const uint ETHTOOL_GLINK = 0x0a;
    private const int InterfaceRequestSize = 40;
    private const int InterfaceNameSize = 16;

    /// <summary>Makes the kernel finish what the change of a link's carrier began. A fresh veth drops packets for up to a second until a
    /// work queue of the kernel has run; reading the carrier runs it now. Call it for both ends when both are up.</summary>
    /// <returns>Whether the link has a carrier.</returns>
    public bool SettleLink(string name) => Ethtool(name, ETHTOOL_GLINK, 0, $"settle link {name}") != 0;

    public void SetFeature(string name, LinkFeature feature, bool enabled) =>
        Ethtool(name, (uint)feature, enabled ? 1u : 0, $"set {feature} of link {name}");

    // The command that reads a feature has the number before the one that sets it.
    public bool GetFeature(string name, LinkFeature feature) =>
        Ethtool(name, (uint)feature - 1, 0, $"get {feature} of link {name}") != 0;

    /// <summary>struct ethtool_value behind struct ifreq.</summary>
    private unsafe uint Ethtool(string name, uint command, uint data, string what)
    {
        uint* value = stackalloc uint[2] { command, data };
        byte* request = stackalloc byte[InterfaceRequestSize];
        new Span<byte>(request, InterfaceRequestSize).Clear();
        Encoding.UTF8.GetBytes(ValidName(name), new Span<byte>(request, InterfaceNameSize - 1));
        *(uint**)(request + InterfaceNameSize) = value;
        int result = _channel.Socket.Control(SIOCETHTOOL, request);
        return result >= 0 ? value[1] : throw new NetlinkException(what, -result);
    }
}
