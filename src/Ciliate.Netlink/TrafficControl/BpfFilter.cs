using Ciliate.Netlink.Protocol;

namespace Ciliate.Netlink;

/// <summary>The two places of a clsact qdisc where filters run.</summary>
public enum FilterDirection
{
    /// <summary>What the link receives.</summary>
    Ingress,

    /// <summary>What the link sends.</summary>
    Egress,
}

/// <summary>A BPF classifier at a clsact qdisc (tc-bpf(8)).</summary>
/// <param name="Priority">Lower ones run first.</param>
/// <param name="Handle">Tells the filters of one priority apart; 0 when a new one is to be made.</param>
/// <param name="Name">Free text, at most <see cref="MaxNameLength"/> bytes.</param>
/// <param name="ProgramId">The kernel's number of the program.</param>
public sealed record BpfFilter(int LinkIndex, FilterDirection Direction, ushort Priority, uint Handle, string Name, uint ProgramId)
{
    /// <summary>CLS_BPF_NAME_LEN without the final zero.</summary>
    public const int MaxNameLength = 255;

    /// <summary>False for filters of other kinds, and for the headings that a dump has before the filters of a priority.</summary>
    internal static bool TryParse(NetlinkMessage message, out BpfFilter filter)
    {
        filter = null!;
        if (message.Type != Rtm.NEWTFILTER || message.Structure<TrafficControlHeader>() is var header && header.Handle == 0)
        {
            return false;
        }

        string kind = "";
        AttributeReader options = default;
        var attributes = message.Attributes<TrafficControlHeader>();
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case Tca.KIND:
                    kind = attributes.ReadString();
                    break;
                case Tca.OPTIONS:
                    options = attributes.ReadNested();
                    break;
            }
        }

        if (kind != Tca.BPF)
        {
            return false;
        }

        filter = Read(header, options);
        return true;
    }

    private static BpfFilter Read(TrafficControlHeader header, AttributeReader options)
    {
        string name = "";
        uint program = 0;
        while (options.MoveNext())
        {
            switch (options.Type)
            {
                case Tca.BPF_NAME:
                    name = options.ReadString();
                    break;
                case Tca.BPF_ID:
                    program = options.Read<uint>();
                    break;
            }
        }

        var direction = header.Parent == Tca.EGRESS ? FilterDirection.Egress : FilterDirection.Ingress;
        return new BpfFilter(header.Index, direction, (ushort)(header.Information >> 16), header.Handle, name, program);
    }
}
