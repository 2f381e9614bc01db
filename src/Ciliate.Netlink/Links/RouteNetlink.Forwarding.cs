using System.Net.Sockets;
using Ciliate.Netlink.Protocol;

namespace Ciliate.Netlink;

public sealed partial class RouteNetlink
{
    /// <summary>By index of the link: whether the stack forwards what comes in there, as net.ipv4.conf.NAME.forwarding says, or IPv6's.</summary>
    public IReadOnlyDictionary<int, bool> ListForwarding(AddressFamily family)
    {
        var request = new NetlinkWriter(stackalloc byte[RequestSize], Rtm.GETNETCONF, 0);
        request.Structure(new SettingsHeader { Family = AddressFamilies.KernelFamily(family) });
        return _channel.Dump<(int Index, bool On)>(request.Message, "list forwarding", TryParseForwarding)
            .ToDictionary(setting => setting.Index, setting => setting.On);
    }

    /// <summary>False for what is said of no link: the settings of all, and of those to come, have negative indexes.</summary>
    private static bool TryParseForwarding(NetlinkMessage message, out (int Index, bool On) setting)
    {
        setting = default;
        if (message.Type != Rtm.NEWNETCONF)
        {
            return false;
        }

        var attributes = message.Attributes<SettingsHeader>();
        while (attributes.MoveNext())
        {
            setting = attributes.Type switch
            {
                Netconfa.IFINDEX => setting with { Index = attributes.Read<int>() },
                Netconfa.FORWARDING => setting with { On = attributes.Read<int>() != 0 },
                _ => setting,
            };
        }

        return setting.Index > 0;
    }
}
