using System.Net;
using Ciliate.Netlink.Protocol;

namespace Ciliate.Netlink;

public sealed partial class RouteNetlink
{
    /// <summary>Adds an address to a link. IPv6 addresses are usable at once: duplicate address detection is left out unless
    /// <paramref name="detectDuplicates"/>.</summary>
    /// <exception cref="NetlinkException">EEXIST when the link has it already.</exception>
    public void AddAddress(
        int linkIndex,
        IPAddress address,
        int prefixLength,
        AddressProperties flags = AddressProperties.None,
        RouteScope scope = RouteScope.Universe,
        bool detectDuplicates = false)
    {
        if (!detectDuplicates && address.KernelFamily() == AddressFamilies.Inet6)
        {
            flags |= AddressProperties.NoDuplicateDetection;
        }

        var request = new NetlinkWriter(stackalloc byte[RequestSize], Rtm.NEWADDR, Nl.NLM_F_CREATE | Nl.NLM_F_EXCL);
        WriteAddress(ref request, linkIndex, address, prefixLength, scope);
        request.Attribute(Ifa.FLAGS, (uint)flags);
        _channel.Execute(request.Message, $"add address {address}/{prefixLength} to link {linkIndex}");
    }

    public void DeleteAddress(int linkIndex, IPAddress address, int prefixLength)
    {
        var request = new NetlinkWriter(stackalloc byte[RequestSize], Rtm.DELADDR, 0);
        WriteAddress(ref request, linkIndex, address, prefixLength, RouteScope.Universe);
        _channel.Execute(request.Message, $"delete address {address}/{prefixLength} from link {linkIndex}");
    }

    /// <param name="linkIndex">0 lists the addresses of all links.</param>
    public IReadOnlyList<InterfaceAddress> ListAddresses(int linkIndex = 0)
    {
        var request = new NetlinkWriter(stackalloc byte[RequestSize], Rtm.GETADDR, 0);
        request.Structure(new AddressHeader { Index = (uint)linkIndex });
        return _channel.Dump<InterfaceAddress>(request.Message, "list addresses", InterfaceAddress.TryParse);
    }

    private static void WriteAddress(ref NetlinkWriter request, int linkIndex, IPAddress address, int prefixLength, RouteScope scope)
    {
        request.Structure(new AddressHeader
        {
            Family = address.KernelFamily(),
            PrefixLength = checked((byte)prefixLength),
            Scope = (byte)scope,
            Index = checked((uint)linkIndex),
        });
        request.Attribute(Ifa.LOCAL, address);
        request.Attribute(Ifa.ADDRESS, address);
    }
}
