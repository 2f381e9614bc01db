using System.Net.NetworkInformation;
using Ciliate.Linux;
using Ciliate.Netlink.Protocol;

namespace Ciliate.Netlink;

public sealed partial class RouteNetlink
{
    /// <summary>Null when there is no such link.</summary>
    public Link? FindLink(string name)
    {
        var request = new NetlinkWriter(stackalloc byte[RequestSize], Rtm.GETLINK, 0);
        request.Structure(new InterfaceHeader());
        request.Attribute(Ifla.IFNAME, ValidName(name));
        try
        {
            return _channel.Query<Link>(request.Message, $"get link {name}", Link.TryParse);
        }
        catch (NetlinkException exception) when (exception.Errno == Errno.ENODEV)
        {
            return null;
        }
    }

    public Link GetLink(string name) => FindLink(name) ?? throw new NetlinkException($"get link {name}", Errno.ENODEV);

    public Link GetLink(int index)
    {
        var request = new NetlinkWriter(stackalloc byte[RequestSize], Rtm.GETLINK, 0);
        request.Structure(new InterfaceHeader { Index = index });
        return _channel.Query<Link>(request.Message, $"get link {index}", Link.TryParse);
    }

    public IReadOnlyList<Link> ListLinks()
    {
        var request = new NetlinkWriter(stackalloc byte[RequestSize], Rtm.GETLINK, 0);
        request.Structure(new InterfaceHeader());
        return _channel.Dump<Link>(request.Message, "list links", Link.TryParse);
    }

    public void SetUp(int index) => SetFlags(index, Ifla.IFF_UP, true, "up");

    public void SetDown(int index) => SetFlags(index, Ifla.IFF_UP, false, "down");

    /// <summary>Whether the stack may multicast there. A link without it joins only the groups that every interface has.</summary>
    public void SetMulticast(int index, bool enabled) => SetFlags(index, Ifla.IFF_MULTICAST, enabled, enabled ? "multicast" : "without multicast");

    /// <summary>Renames a link.</summary>
    public void SetName(int index, string name)
    {
        var request = Change(stackalloc byte[RequestSize], index);
        request.Attribute(Ifla.IFNAME, ValidName(name));
        _channel.Execute(request.Message, $"rename link {index} to {name}");
    }

    public void SetMac(int index, PhysicalAddress mac)
    {
        var request = Change(stackalloc byte[RequestSize], index);
        request.Attribute(Ifla.ADDRESS, mac.GetAddressBytes());
        _channel.Execute(request.Message, $"set MAC of link {index}");
    }

    /// <param name="mtu">Bytes.</param>
    public void SetMtu(int index, int mtu)
    {
        var request = Change(stackalloc byte[RequestSize], index);
        request.Attribute(Ifla.MTU, mtu);
        _channel.Execute(request.Message, $"set MTU of link {index} to {mtu}");
    }

    /// <param name="alias">Up to 255 bytes.</param>
    public void SetAlias(int index, string alias)
    {
        var request = Change(stackalloc byte[RequestSize], index);
        request.Attribute(Ifla.IFALIAS, alias);
        _channel.Execute(request.Message, $"set alias of link {index}");
    }

    /// <param name="masterIndex">The bridge; 0 takes the link out of its bridge.</param>
    public void SetMaster(int index, int masterIndex)
    {
        var request = Change(stackalloc byte[RequestSize], index);
        request.Attribute(Ifla.MASTER, masterIndex);
        _channel.Execute(request.Message, $"set master of link {index} to {masterIndex}");
    }

    /// <summary>Whether the link makes itself an IPv6 link-local address when it comes up.</summary>
    public void SetLinkLocalAddress(int index, bool enabled)
    {
        var request = Change(stackalloc byte[RequestSize], index);
        WriteLinkLocalAddress(ref request, enabled);
        _channel.Execute(request.Message, $"set IPv6 address generation of link {index}");
    }

    /// <summary>Makes a bridge; it is down at first.</summary>
    public Link CreateBridge(string name)
    {
        var request = new NetlinkWriter(stackalloc byte[RequestSize], Rtm.NEWLINK, Nl.NLM_F_CREATE | Nl.NLM_F_EXCL);
        request.Structure(new InterfaceHeader());
        request.Attribute(Ifla.IFNAME, ValidName(name));
        int info = request.BeginNested(Ifla.LINKINFO);
        request.Attribute(Ifla.INFO_KIND, "bridge");
        request.EndNested(info);
        _channel.Execute(request.Message, $"create bridge {name}");
        return GetLink(name);
    }

    /// <summary>Deletes a link; of a veth, both ends.</summary>
    public void DeleteLink(int index)
    {
        var request = new NetlinkWriter(stackalloc byte[RequestSize], Rtm.DELLINK, 0);
        request.Structure(new InterfaceHeader { Index = index });
        _channel.Execute(request.Message, $"delete link {index}");
    }

    /// <inheritdoc cref="DeleteLink(int)"/>
    public void DeleteLink(string name)
    {
        var request = new NetlinkWriter(stackalloc byte[RequestSize], Rtm.DELLINK, 0);
        request.Structure(new InterfaceHeader());
        request.Attribute(Ifla.IFNAME, ValidName(name));
        _channel.Execute(request.Message, $"delete link {name}");
    }

    /// <summary>Deletes a link; false when there is none of that name.</summary>
    public bool TryDeleteLink(string name)
    {
        try
        {
            DeleteLink(name);
            return true;
        }
        catch (NetlinkException exception) when (exception.Errno == Errno.ENODEV)
        {
            return false;
        }
    }

    private static void WriteLinkLocalAddress(ref NetlinkWriter request, bool enabled)
    {
        int families = request.BeginNested(Ifla.AF_SPEC);
        int inet6 = request.BeginNested(AddressFamilies.Inet6);
        request.Attribute(Ifla.INET6_ADDR_GEN_MODE, enabled ? Ifla.IN6_ADDR_GEN_MODE_EUI64 : Ifla.IN6_ADDR_GEN_MODE_NONE);
        request.EndNested(inet6);
        request.EndNested(families);
    }

    private static NetlinkWriter Change(Span<byte> buffer, int index)
    {
        var request = new NetlinkWriter(buffer, Rtm.SETLINK, 0);
        request.Structure(new InterfaceHeader { Index = index });
        return request;
    }

    private void SetFlags(int index, uint flag, bool value, string word)
    {
        var request = new NetlinkWriter(stackalloc byte[RequestSize], Rtm.SETLINK, 0);
        request.Structure(new InterfaceHeader { Index = index, Flags = value ? flag : 0, Change = flag });
        _channel.Execute(request.Message, $"set link {index} {word}");
    }
}
