namespace Ciliate.Netlink.Protocol;

/// <summary>linux/netlink.h: framing.</summary>
internal static class Nl
{
    public const int AF_NETLINK = 16, SOCK_RAW = 3, NETLINK_ROUTE = 0;
    public const int SOL_NETLINK = 270, NETLINK_CAP_ACK = 10, NETLINK_EXT_ACK = 11, NETLINK_GET_STRICT_CHK = 12;
    public const int MSG_TRUNC = 0x20, MSG_DONTWAIT = 0x40;
    public const ushort NLMSG_NOOP = 1, NLMSG_ERROR = 2, NLMSG_DONE = 3;
    public const ushort NLM_F_REQUEST = 0x1, NLM_F_MULTI = 0x2, NLM_F_ACK = 0x4, NLM_F_DUMP_INTR = 0x10, NLM_F_ACK_TLVS = 0x200;
    public const ushort NLM_F_REPLACE = 0x100, NLM_F_EXCL = 0x200, NLM_F_CREATE = 0x400, NLM_F_DUMP = 0x300;
    public const ushort NLMSGERR_ATTR_MSG = 1, NLMSGERR_ATTR_MISS_TYPE = 5;
    public const ushort NLA_F_NESTED = 0x8000, NLA_TYPE_MASK = 0x3fff;
    public const int HeaderSize = 16, AttributeHeaderSize = 4;
}

/// <summary>linux/rtnetlink.h: message types, routes.</summary>
internal static class Rtm
{
    public const ushort NEWLINK = 16, DELLINK = 17, GETLINK = 18, SETLINK = 19;
    public const ushort NEWADDR = 20, DELADDR = 21, GETADDR = 22;
    public const ushort NEWROUTE = 24, DELROUTE = 25, GETROUTE = 26;
    public const ushort NEWNEIGH = 28, DELNEIGH = 29, GETNEIGH = 30;
    public const ushort NEWQDISC = 36, DELQDISC = 37;
    public const ushort NEWTFILTER = 44, DELTFILTER = 45, GETTFILTER = 46;
    public const ushort NEWNETCONF = 80, GETNETCONF = 82;
    public const uint RTMGRP_LINK = 1, RTMGRP_TC = 8, RTMGRP_IPV4_IFADDR = 0x10, RTMGRP_IPV4_ROUTE = 0x40, RTMGRP_IPV6_IFADDR = 0x100, RTMGRP_IPV6_ROUTE = 0x400;

    /// <summary>Bits of RTNLGRP_IPV4_NETCONF (24) and RTNLGRP_IPV6_NETCONF (25): settings such as forwarding.</summary>
    public const uint RTMGRP_IPV4_NETCONF = 1u << 23, RTMGRP_IPV6_NETCONF = 1u << 24;
    public const ushort RTA_DST = 1, RTA_OIF = 4, RTA_GATEWAY = 5, RTA_PRIORITY = 6, RTA_PREFSRC = 7, RTA_TABLE = 15;
    public const byte RTPROT_STATIC = 4;
    public const uint RTNH_F_ONLINK = 4, RTM_F_CLONED = 0x200;
}

/// <summary>linux/if_link.h: links.</summary>
internal static class Ifla
{
    public const ushort ADDRESS = 1, IFNAME = 3, MTU = 4, LINK = 5, MASTER = 10, OPERSTATE = 16, LINKINFO = 18, IFALIAS = 20, AF_SPEC = 26;
    public const ushort NET_NS_FD = 28, NUM_TX_QUEUES = 31, NUM_RX_QUEUES = 32, CARRIER = 33, LINK_NETNSID = 37;
    public const ushort INFO_KIND = 1, INFO_DATA = 2, VETH_INFO_PEER = 1, INET6_ADDR_GEN_MODE = 8;
    public const byte IN6_ADDR_GEN_MODE_EUI64 = 0, IN6_ADDR_GEN_MODE_NONE = 1;
    public const uint IFF_UP = 1;
    public const uint IFF_MULTICAST = 0x1000;
    public const ushort ARPHRD_ETHER = 1;
}

/// <summary>linux/if_addr.h: addresses.</summary>
internal static class Ifa
{
    public const ushort ADDRESS = 1, LOCAL = 2, FLAGS = 8;
}

/// <summary>linux/netconf.h: settings of links.</summary>
internal static class Netconfa
{
    public const ushort IFINDEX = 1, FORWARDING = 2;
}

/// <summary>linux/neighbour.h: neighbours.</summary>
internal static class Nda
{
    public const ushort DST = 1, LLADDR = 2;
    public const ushort NUD_PERMANENT = 0x80;
}

/// <summary>linux/rtnetlink.h, linux/pkt_sched.h and linux/pkt_cls.h: qdiscs and filters.</summary>
internal static class Tca
{
    public const ushort KIND = 1, OPTIONS = 2, BPF_FD = 6, BPF_NAME = 7, BPF_FLAGS = 8, BPF_ID = 11;
    public const uint BPF_FLAG_ACT_DIRECT = 1;
    public const string BPF = "bpf";

    /// <summary>TC_H_CLSACT, its handle ffff:0, and the two parents of filters at it.</summary>
    public const uint CLSACT = 0xfffffff1, CLSACT_HANDLE = 0xffff0000, INGRESS = 0xfffffff2, EGRESS = 0xfffffff3;
    public const ushort ETH_P_ALL = 3;
}
