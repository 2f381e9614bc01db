using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Ciliate.Netlink.Protocol;

namespace Ciliate.Netlink;

public sealed partial class RouteNetlink
{
    /// <summary>Makes a permanent entry, over an entry that is there: the kernel asks nobody for this address any more.</summary>
    public void ReplaceNeighbour(int linkIndex, IPAddress address, PhysicalAddress mac)
    {
        var request = new NetlinkWriter(stackalloc byte[RequestSize], Rtm.NEWNEIGH, Nl.NLM_F_CREATE | Nl.NLM_F_REPLACE);
        request.Structure(new NeighbourHeader { Family = address.KernelFamily(), Index = linkIndex, State = Nda.NUD_PERMANENT });
        request.Attribute(Nda.DST, address);
        request.Attribute(Nda.LLADDR, mac.GetAddressBytes());
        _channel.Execute(request.Message, $"add neighbour {address} on link {linkIndex}");
    }

    public void DeleteNeighbour(int linkIndex, IPAddress address)
    {
        var request = new NetlinkWriter(stackalloc byte[RequestSize], Rtm.DELNEIGH, 0);
        request.Structure(new NeighbourHeader { Family = address.KernelFamily(), Index = linkIndex });
        request.Attribute(Nda.DST, address);
        _channel.Execute(request.Message, $"delete neighbour {address} from link {linkIndex}");
    }

    public IReadOnlyList<Neighbour> ListNeighbours(AddressFamily family)
    {
        var request = new NetlinkWriter(stackalloc byte[RequestSize], Rtm.GETNEIGH, 0);
        request.Structure(new NeighbourHeader { Family = AddressFamilies.KernelFamily(family) });
        return _channel.Dump<Neighbour>(request.Message, "list neighbours", Neighbour.TryParse);
    }
}
