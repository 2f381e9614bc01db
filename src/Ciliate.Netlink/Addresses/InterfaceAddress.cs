using System.Net;
using Ciliate.Netlink.Protocol;

namespace Ciliate.Netlink;

/// <summary>How far an address or route reaches; rt_scope_t.</summary>
public enum RouteScope : byte
{
    Universe = 0,
    Link = 253,
    Host = 254,
    Nowhere = 255,
}

/// <summary>IFA_F_* of linux/if_addr.h.</summary>
[Flags]
public enum AddressProperties : uint
{
    None = 0,

    /// <summary>IPv6: usable at once, without duplicate address detection.</summary>
    NoDuplicateDetection = 0x02,

    /// <summary>IPv6: detection found the address in use elsewhere.</summary>
    DuplicateDetected = 0x08,

    /// <summary>IPv6: not usable until duplicate address detection is over.</summary>
    Tentative = 0x40,

    Permanent = 0x80,

    /// <summary>The kernel makes no route for the prefix.</summary>
    NoPrefixRoute = 0x200,
}

/// <summary>An address on a link.</summary>
public sealed record InterfaceAddress(int LinkIndex, IPAddress Address, int PrefixLength, AddressProperties Flags, RouteScope Scope)
{
    internal static bool TryParse(NetlinkMessage message, out InterfaceAddress address)
    {
        address = null!;
        if (message.Type != Rtm.NEWADDR)
        {
            return false;
        }

        var header = message.Structure<AddressHeader>();
        IPAddress? own = null;
        IPAddress? prefix = null;
        var flags = (AddressProperties)header.Flags;
        var attributes = message.Attributes<AddressHeader>();
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case Ifa.LOCAL:
                    own = attributes.ReadAddress();
                    break;
                case Ifa.ADDRESS:
                    prefix = attributes.ReadAddress();
                    break;
                case Ifa.FLAGS:
                    flags = (AddressProperties)attributes.Read<uint>();
                    break;
            }
        }

        // IFA_LOCAL is the link's own address; IPv6 without a peer sends IFA_ADDRESS alone.
        if ((own ?? prefix) is not { } found)
        {
            throw NetlinkException.Malformed("an address message without an address");
        }

        address = new InterfaceAddress((int)header.Index, found, header.PrefixLength, flags, (RouteScope)header.Scope);
        return true;
    }
}
