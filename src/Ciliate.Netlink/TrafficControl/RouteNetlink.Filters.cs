using System.Buffers.Binary;
using System.Text;
using Ciliate.Linux;
using Ciliate.Netlink.Protocol;

namespace Ciliate.Netlink;

public sealed partial class RouteNetlink
{
    /// <summary>Puts a program at a clsact qdisc as a filter whose result is the verdict ("direct-action"). With the handle of a filter that
    /// is there it takes that one's place: each packet sees the one or the other.</summary>
    /// <param name="filter">Its program id is not looked at.</param>
    /// <param name="program">Descriptor of a program of type BPF_PROG_TYPE_SCHED_CLS.</param>
    public void SetFilter(BpfFilter filter, FileDescriptor program)
    {
        string what = $"set filter {filter.Name} at {filter.Direction} of link {filter.LinkIndex}";
        if (Encoding.UTF8.GetByteCount(filter.Name) > BpfFilter.MaxNameLength)
        {
            throw new NetlinkException(what, Errno.EINVAL, $"the name of a filter has at most {BpfFilter.MaxNameLength} bytes");
        }

        using DescriptorLease lease = program.Lease();
        int place = filter.Handle == 0 ? Nl.NLM_F_EXCL : Nl.NLM_F_REPLACE;
        var request = FilterRequest(stackalloc byte[RequestSize], Rtm.NEWTFILTER, (ushort)(Nl.NLM_F_CREATE | place), filter);
        int options = request.BeginNested(Tca.OPTIONS);
        request.Attribute(Tca.BPF_FD, lease.Number);
        request.Attribute(Tca.BPF_NAME, filter.Name);
        request.Attribute(Tca.BPF_FLAGS, Tca.BPF_FLAG_ACT_DIRECT);
        request.EndNested(options);
        _channel.Execute(request.Message, what);
    }

    public void DeleteFilter(BpfFilter filter)
    {
        var request = FilterRequest(stackalloc byte[RequestSize], Rtm.DELTFILTER, 0, filter);
        _channel.Execute(request.Message, $"delete filter {filter.Name} at {filter.Direction} of link {filter.LinkIndex}");
    }

    /// <summary>The BPF filters of a direction; none when the link has no clsact qdisc, or is gone.</summary>
    public IReadOnlyList<BpfFilter> ListFilters(int linkIndex, FilterDirection direction)
    {
        var request = new NetlinkWriter(stackalloc byte[RequestSize], Rtm.GETTFILTER, 0);
        request.Structure(new TrafficControlHeader { Index = linkIndex, Parent = ParentOf(direction) });
        return _channel.Dump<BpfFilter>(request.Message, $"list filters at {direction} of link {linkIndex}", BpfFilter.TryParse);
    }

    /// <summary>Whether filters of any kind stand in either direction.</summary>
    public bool HasFilters(int linkIndex) => Enum.GetValues<FilterDirection>().Any(direction =>
    {
        var request = new NetlinkWriter(stackalloc byte[RequestSize], Rtm.GETTFILTER, 0);
        request.Structure(new TrafficControlHeader { Index = linkIndex, Parent = ParentOf(direction) });
        return _channel.Dump<bool>(request.Message, $"list filters at {direction} of link {linkIndex}", AnyFilter).Count > 0;
    });

    private static bool AnyFilter(NetlinkMessage message, out bool isFilter) => isFilter = message.Type == Rtm.NEWTFILTER;

    private static NetlinkWriter FilterRequest(Span<byte> buffer, ushort type, ushort flags, BpfFilter filter)
    {
        var request = new NetlinkWriter(buffer, type, flags);
        request.Structure(new TrafficControlHeader
        {
            Index = filter.LinkIndex,
            Handle = filter.Handle,
            Parent = ParentOf(filter.Direction),
            Information = ((uint)filter.Priority << 16) | BinaryPrimitives.ReverseEndianness(Tca.ETH_P_ALL),
        });
        request.Attribute(Tca.KIND, Tca.BPF);
        return request;
    }

    private static uint ParentOf(FilterDirection direction) => direction == FilterDirection.Ingress ? Tca.INGRESS : Tca.EGRESS;
}
