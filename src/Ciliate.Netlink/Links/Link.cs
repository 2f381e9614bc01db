using System.Net.NetworkInformation;
using Ciliate.Netlink.Protocol;

namespace Ciliate.Netlink;

/// <summary>A network interface as the kernel showed it at one moment.</summary>
/// <param name="Index">Unique within its namespace.</param>
/// <param name="Mac">Empty where the kind has none.</param>
/// <param name="Mtu">Bytes.</param>
/// <param name="IsUp">IFF_UP: set up by an administrator.</param>
/// <param name="HasCarrier">Whether the other side is there; false while the link is down.</param>
/// <param name="Kind">"veth", "bridge" …; empty for physical links and loopback.</param>
/// <param name="PeerIndex">Of a veth: index of the other end, in the peer's namespace. 0 without one.</param>
/// <param name="PeerNamespaceId">Number by which this namespace knows the peer's; null when the peer is in this namespace.</param>
/// <param name="Alias">Free text; empty without one.</param>
/// <param name="MasterIndex">Bridge or similar that it belongs to; 0 without one.</param>
public sealed record Link(
    int Index,
    string Name,
    PhysicalAddress Mac,
    int Mtu,
    bool IsUp,
    bool HasCarrier,
    string Kind,
    int PeerIndex,
    int? PeerNamespaceId,
    string Alias,
    int MasterIndex)
{
    /// <summary>Whether frames have Ethernet headers there (ARPHRD_ETHER); false of tunnels that carry bare IP packets.</summary>
    public bool IsEthernet { get; init; }

    /// <summary>Reads RTM_NEWLINK and RTM_DELLINK; false for anything else, such as the bridge's notes about its ports.</summary>
    internal static bool TryParse(NetlinkMessage message, out Link link)
    {
        link = null!;
        if (message.Type is not (Rtm.NEWLINK or Rtm.DELLINK) || message.Structure<InterfaceHeader>() is not { Family: 0 } header)
        {
            return false;
        }

        var found = new Link(header.Index, "", PhysicalAddress.None, 0, (header.Flags & Ifla.IFF_UP) != 0, false, "", 0, null, "", 0)
        {
            IsEthernet = header.Type == Ifla.ARPHRD_ETHER,
        };
        var attributes = message.Attributes<InterfaceHeader>();
        while (attributes.MoveNext())
        {
            found = attributes.Type switch
            {
                Ifla.IFNAME => found with { Name = attributes.ReadString() },
                Ifla.ADDRESS => found with { Mac = attributes.ReadMac() },
                Ifla.MTU => found with { Mtu = attributes.Read<int>() },
                Ifla.CARRIER => found with { HasCarrier = attributes.Read<byte>() != 0 },
                Ifla.LINK => found with { PeerIndex = attributes.Read<int>() },
                Ifla.LINK_NETNSID => found with { PeerNamespaceId = attributes.Read<int>() },
                Ifla.IFALIAS => found with { Alias = attributes.ReadString() },
                Ifla.MASTER => found with { MasterIndex = attributes.Read<int>() },
                Ifla.LINKINFO => found with { Kind = ReadKind(attributes.ReadNested()) },
                _ => found,
            };
        }

        link = found;
        return true;
    }

    private static string ReadKind(AttributeReader attributes)
    {
        while (attributes.MoveNext())
        {
            if (attributes.Type == Ifla.INFO_KIND)
            {
                return attributes.ReadString();
            }
        }

        return "";
    }
}
