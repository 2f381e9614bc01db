using System.Net;
using System.Net.NetworkInformation;
using Ciliate.Netlink.Protocol;

namespace Ciliate.Netlink;

/// <summary>What the kernel knows of a neighbour; NUD_*, more than one bit never set.</summary>
public enum NeighbourState : ushort
{
    None = 0,
    Incomplete = 0x01,
    Reachable = 0x02,
    Stale = 0x04,
    Delay = 0x08,
    Probe = 0x10,
    Failed = 0x20,
    NoArp = 0x40,
    Permanent = 0x80,
}

/// <summary>An entry of the ARP or neighbour discovery table. <paramref name="Mac"/> is null while it is not known.</summary>
public sealed record Neighbour(int LinkIndex, IPAddress Address, PhysicalAddress? Mac, NeighbourState State)
{
    internal static bool TryParse(NetlinkMessage message, out Neighbour neighbour)
    {
        neighbour = null!;
        if (message.Type != Rtm.NEWNEIGH
            || message.Structure<NeighbourHeader>() is var header && header.Family is not (AddressFamilies.Inet or AddressFamilies.Inet6))
        {
            return false;
        }

        IPAddress? address = null;
        PhysicalAddress? mac = null;
        var attributes = message.Attributes<NeighbourHeader>();
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case Nda.DST:
                    address = attributes.ReadAddress();
                    break;
                case Nda.LLADDR:
                    mac = attributes.ReadMac();
                    break;
            }
        }

        neighbour = new Neighbour(
            header.Index,
            address ?? throw NetlinkException.Malformed("a neighbour message without an address"),
            mac,
            (NeighbourState)header.State);
        return true;
    }
}
