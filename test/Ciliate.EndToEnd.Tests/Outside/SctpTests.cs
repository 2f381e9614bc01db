using System.Net.NetworkInformation;
using Ciliate.EndToEnd.Tests.Frames;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Outside;

/// <summary>SCTP keeps its ports, and with them its CRC, by crafted packets: not every kernel has such sockets.</summary>
public sealed class SctpTests(World world) : IClassFixture<World>
{
    private const byte Sctp = 132;

    /// <summary>Ports 5000 and 2905, a verification tag, a CRC that nobody on the way looks at, and a chunk.</summary>
    private static readonly byte[] Init = [0x13, 0x88, 0x0b, 0x59, 0, 0, 0, 0, 0xc0, 0xff, 0xee, 0x01, 1, 0, 0, 8, 0xaa, 0xbb, 0xcc, 0xdd];
    private static readonly byte[] InitAck = [0x0b, 0x59, 0x13, 0x88, 0, 0, 0, 7, 0xc0, 0xff, 0xee, 0x02, 2, 0, 0, 8, 0xdd, 0xcc, 0xbb, 0xaa];

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void An_association_goes_outside_and_back_with_its_ports_and_sums(Family family)
    {
        using var outside = new FrameListener(world.Router.Network);
        using var inside = new FrameListener(world.Web.Network);
        using var fromInside = new RawSender(world.Web.Network);
        using var fromOutside = new RawSender(world.Router.Network);
        PhysicalAddress own = world.Web.Network.Route.GetLink("eth0").Mac, router = world.Router.Network.Route.GetLink("eth0").Mac;
        var gateway = PhysicalAddress.Parse(world.Host.Ciliate.Json("endpoint", "get", "web")
            .GetProperty("status").GetProperty("networking").GetProperty("host-mac").GetString()!.Replace(':', '-'));
        PhysicalAddress uplink = world.Host.Network.Route.GetLink(World.UplinkName).Mac;
        // So that the host knows the router's MAC, and the router the host's.
        Probes.Expectations.Pings(world.Web, world.Router.Address(family));

        fromInside.Send(Packet(family, gateway, own, world.Web.Address(family), world.Router.Address(family), Init));
        Arrives(outside, family, World.Uplink(family), world.Router.Address(family), Init);

        fromOutside.Send(Packet(family, uplink, router, world.Router.Address(family), World.Uplink(family), InitAck));
        Arrives(inside, family, world.Router.Address(family), world.Web.Address(family), InitAck);
    }

    private static byte[] Packet(
        Family family, PhysicalAddress toMac, PhysicalAddress fromMac, System.Net.IPAddress from, System.Net.IPAddress to, byte[] transport) =>
        family == Family.IPv4
            ? Frame.Ethernet(toMac, fromMac, Frame.IPv4Type, Frame.IPv4(from, to, Sctp, transport))
            : Frame.Ethernet(toMac, fromMac, Frame.IPv6Type, Frame.IPv6(from, to, Sctp, transport));

    private static void Arrives(FrameListener at, Family family, System.Net.IPAddress from, System.Net.IPAddress to, byte[] transport)
    {
        int addresses = Frame.EthernetLength + (family == Family.IPv4 ? 12 : 8);
        byte[] wanted = [.. from.GetAddressBytes(), .. to.GetAddressBytes(), .. transport];
        Eventually.Holds(
            () => at.Take().Any(frame => frame.Length >= addresses + wanted.Length && frame.AsSpan(addresses, wanted.Length).SequenceEqual(wanted)),
            $"the packet from {from} to {to} arrives",
            TimeSpan.FromSeconds(20));
    }
}
