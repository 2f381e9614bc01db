using System.Net.NetworkInformation;
using Ciliate.Netlink.Protocol;

namespace Ciliate.Netlink;

public sealed partial class RouteNetlink
{
    /// <summary>Makes a veth pair and returns this end; <see cref="Link.PeerIndex"/> is the other end's index in its namespace.
    /// When anything fails nothing is left.</summary>
    public Link CreateVeth(VethSpec spec)
    {
        RequestVeth(spec);
        try
        {
            Link link = GetLink(spec.Name);
            Configure(spec, link.Index);
            ConfigurePeer(spec, link.PeerIndex);
            return link;
        }
        catch
        {
            TryDeleteLink(spec.Name);
            throw;
        }
    }

    private void RequestVeth(VethSpec spec)
    {
        using var peerNamespace = spec.PeerNamespace?.Descriptor.Duplicate();
        var request = new NetlinkWriter(stackalloc byte[RequestSize], Rtm.NEWLINK, Nl.NLM_F_CREATE | Nl.NLM_F_EXCL);
        request.Structure(new InterfaceHeader { Index = spec.Index ?? 0 });
        WriteEnd(ref request, spec, spec.Name, spec.Mac);
        int info = request.BeginNested(Ifla.LINKINFO);
        request.Attribute(Ifla.INFO_KIND, "veth");
        int data = request.BeginNested(Ifla.INFO_DATA);
        int peer = request.BeginNested(Ifla.VETH_INFO_PEER);
        request.Structure(new InterfaceHeader());
        WriteEnd(ref request, spec, spec.PeerName, spec.PeerMac);
        if (peerNamespace is not null)
        {
            request.Attribute(Ifla.NET_NS_FD, peerNamespace.Number);
        }

        request.EndNested(peer);
        request.EndNested(data);
        request.EndNested(info);
        _channel.Execute(request.Message, $"create veth {spec.Name} with peer {spec.PeerName}");
    }

    private static void WriteEnd(ref NetlinkWriter request, VethSpec spec, string name, PhysicalAddress? mac)
    {
        request.Attribute(Ifla.IFNAME, ValidName(name));
        if (mac is not null)
        {
            request.Attribute(Ifla.ADDRESS, mac.GetAddressBytes());
        }

        if (spec.Mtu is int mtu)
        {
            request.Attribute(Ifla.MTU, mtu);
        }

        if (spec.Queues is int queues)
        {
            request.Attribute(Ifla.NUM_TX_QUEUES, queues);
            request.Attribute(Ifla.NUM_RX_QUEUES, queues);
        }
    }

    // The kernel takes these settings for links that exist only, and each namespace only for its own.
    private void Configure(VethSpec spec, int index)
    {
        var request = new NetlinkWriter(stackalloc byte[RequestSize], Rtm.SETLINK, 0);
        request.Structure(new InterfaceHeader { Index = index, Change = spec.Multicast ? 0 : Ifla.IFF_MULTICAST });
        if (spec.Alias is not null)
        {
            request.Attribute(Ifla.IFALIAS, spec.Alias);
        }

        if (!spec.LinkLocalAddress)
        {
            WriteLinkLocalAddress(ref request, enabled: false);
        }

        _channel.Execute(request.Message, $"configure link {spec.Name}");
    }

    private void ConfigurePeer(VethSpec spec, int index)
    {
        if (spec.PeerLinkLocalAddress)
        {
            return;
        }

        if (spec.PeerNamespace is null)
        {
            SetLinkLocalAddress(index, enabled: false);
            return;
        }

        using var peer = Open(spec.PeerNamespace);
        peer.SetLinkLocalAddress(index, enabled: false);
    }
}
