using System.Net.NetworkInformation;
using System.Security.Cryptography;
using Ciliate.EndToEnd.Tests.FlowTypes;
using Ciliate.EndToEnd.Tests.Frames;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Outside;

/// <summary>Protocols without ports, or whose ports are kept, by crafted packets: not every kernel has their sockets.</summary>
public abstract class OtherProtocols(World world)
{
    protected const byte Gre = 47, Esp = 50, Sctp = 132;

    public static TheoryData<Family, byte> All { get; } = new(
        Enum.GetValues<Family>().SelectMany(family => new byte[] { Gre, Esp, Sctp }.Select(protocol => (family, protocol))));

    protected World World => world;

    /// <summary>For GRE and ESP any bytes; for SCTP ports, a verification tag, a CRC that nobody on the way looks at, and a chunk.</summary>
    protected static byte[] Content(byte protocol, bool back)
    {
        byte[] ports = back ? [0x0b, 0x59, 0x13, 0x88] : [0x13, 0x88, 0x0b, 0x59];
        return protocol == Sctp ? [.. ports, 0, 0, 0, 7, .. RandomNumberGenerator.GetBytes(4), 1, 0, 0, 8, .. RandomNumberGenerator.GetBytes(4)] : [0, 0, 8, 0, .. RandomNumberGenerator.GetBytes(16)];
    }

    protected void SendFromContainer(Family family, byte protocol, byte[] content)
    {
        using var web = new Speaker(world.Host, world.Web);
        // So that the host knows the router's MAC, and the router the host's.
        Expectations.Pings(world.Web, world.Router.Address(family));
        web.Send(Frame.Packet(world.Web.Address(family), world.Router.Address(family), protocol, content));
    }

    protected void AnswerFromRouter(Family family, byte protocol, byte[] content)
    {
        using var router = new RawSender(world.Router.Network);
        PhysicalAddress uplink = world.Host.Network.Route.GetLink(World.UplinkName).Mac, own = world.Router.Network.Route.GetLink("eth0").Mac;
        router.Send(Frame.Ethernet(
            uplink, own, family == Family.IPv4 ? Frame.IPv4Type : Frame.IPv6Type,
            Frame.Packet(world.Router.Address(family), World.Uplink(family), protocol, content)));
    }
}
