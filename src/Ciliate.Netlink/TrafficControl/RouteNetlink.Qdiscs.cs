using Ciliate.Linux;
using Ciliate.Netlink.Protocol;

namespace Ciliate.Netlink;

public sealed partial class RouteNetlink
{
    /// <summary>Gives the link a clsact qdisc, at which filters may stand; it changes nothing for packets by itself. False when the link
    /// had one.</summary>
    /// <exception cref="NetlinkException">EEXIST: another kind of qdisc stands at its place (the older "ingress").</exception>
    public bool TryAddClsact(int linkIndex)
    {
        string what = $"add clsact qdisc to link {linkIndex}";
        try
        {
            SendClsact(Rtm.NEWQDISC, Nl.NLM_F_CREATE | Nl.NLM_F_EXCL, linkIndex, what);
            return true;
        }
        catch (NetlinkException exception) when (exception.Errno == Errno.EEXIST)
        {
            RequireClsact(linkIndex, what);
            return false;
        }
    }

    /// <summary>Takes the clsact qdisc away, with every filter that stands at it.</summary>
    public void DeleteClsact(int linkIndex) => SendClsact(Rtm.DELQDISC, 0, linkIndex, $"delete clsact qdisc of link {linkIndex}");

    /// <summary>A change of nothing: the kernel refuses it when the kind is another.</summary>
    private void RequireClsact(int linkIndex, string what)
    {
        try
        {
            SendClsact(Rtm.NEWQDISC, 0, linkIndex, what);
        }
        catch (NetlinkException exception) when (exception.Errno == Errno.EINVAL)
        {
            throw new NetlinkException(what, Errno.EEXIST, "another qdisc stands there; take it away (tc qdisc delete) or turn it into clsact");
        }
    }

    private void SendClsact(ushort type, int flags, int linkIndex, string what)
    {
        var request = new NetlinkWriter(stackalloc byte[RequestSize], type, (ushort)flags);
        request.Structure(new TrafficControlHeader { Index = linkIndex, Handle = Tca.CLSACT_HANDLE, Parent = Tca.CLSACT });
        request.Attribute(Tca.KIND, "clsact");
        _channel.Execute(request.Message, what);
    }
}
