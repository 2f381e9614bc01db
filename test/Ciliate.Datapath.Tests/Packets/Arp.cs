using System.Net;
using System.Net.NetworkInformation;

namespace Ciliate.Datapath.Tests.Packets;

/// <summary>ARP for IPv4 over Ethernet (RFC 826).</summary>
internal static class Arp
{
    private static readonly byte[] Broadcast = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    private static readonly byte[] EthernetAndIPv4 = [0, 1, 8, 0, 6, 4];

    public static byte[] Request(Station sender, IPAddress target, PhysicalAddress? frameMac = null) =>
        Frame(Broadcast, (frameMac ?? sender.Mac).GetAddressBytes(), 1, sender, new byte[6], target);

    public static byte[] Reply(Station sender, Station receiver) =>
        Frame(receiver.Mac.GetAddressBytes(), sender.Mac.GetAddressBytes(), 2, sender, receiver.Mac.GetAddressBytes(), receiver.IPv4);

    private static byte[] Frame(byte[] to, byte[] from, byte operation, Station sender, byte[] targetMac, IPAddress target) =>
    [
        .. to, .. from, 8, 6, .. EthernetAndIPv4, 0, operation,
        .. sender.Mac.GetAddressBytes(), .. sender.IPv4.GetAddressBytes(), .. targetMac, .. target.GetAddressBytes(),
    ];
}
