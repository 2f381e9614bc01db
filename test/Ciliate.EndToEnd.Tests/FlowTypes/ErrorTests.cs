using System.Buffers.Binary;
using System.Net;
using Ciliate.EndToEnd.Tests.Frames;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.FlowTypes;

/// <summary>ICMP errors of every type, by who was spoken to: one about a flow arrives without a rule of its own, and one about none is dropped.</summary>
public sealed class ErrorTests(Talkers talkers) : IClassFixture<Talkers>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Types and codes of RFC 792 and RFC 4443, for both transports.</summary>
    public static TheoryData<Family, byte, byte, Transport> Errors { get; } = new(
        new (Family, byte, byte)[]
        {
            (Family.IPv4, 3, 3), (Family.IPv4, 3, 4), (Family.IPv4, 11, 0), (Family.IPv4, 12, 0),
            (Family.IPv6, 1, 4), (Family.IPv6, 2, 0), (Family.IPv6, 3, 0), (Family.IPv6, 4, 1),
        }.SelectMany(error => Enum.GetValues<Transport>().Select(transport => (error.Item1, error.Item2, error.Item3, transport))));

    [Theory]
    [MemberData(nameof(Errors))]
    public void It_arrives_if_it_tells_of_a_flow_and_is_dropped_if_of_none(Family family, byte type, byte code, Transport transport)
    {
        using var talk = new Conversation(talkers.Client.Network, talkers.Server.Address(family), Talkers.Port, transport);
        Assert.True(talk.IsAnswered(Patience));
        byte[] related = Error(family, type, code, transport, talk.SourcePort), unrelated = Error(family, type, code, transport, talk.SourcePort - 10_000);
        using var listener = new FrameListener(talkers.Client.Network);
        int before = talkers.DropsOf(talkers.Server).Count;

        talkers.FromServer.Send(unrelated);
        talkers.FromServer.Send(related);

        talkers.DropsFor(talkers.Server, before, "icmp error unrelated");
        byte[][] errors = [];
        Eventually.Holds(() => (errors = [.. errors, .. listener.Take().Where(frame => IsAbout(frame, family, type))]).Length > 0, "the error arrives");
        Assert.Equal(Content(related, family), Content(Assert.Single(errors)[Frame.EthernetLength..], family));
    }

    /// <summary>From the server, about a packet of the client's from this port.</summary>
    private byte[] Error(Family family, byte type, byte code, Transport transport, int port)
    {
        (IPAddress server, IPAddress client) = (talkers.Server.Address(family), talkers.Client.Address(family));
        byte[] datagram = Frame.Datagram(Talkers.Port, port);
        byte[] told = transport == Transport.Udp
            ? Frame.Packet(client, server, Frame.UdpProtocol, datagram)
            : Frame.Packet(client, server, Frame.TcpProtocol, [.. datagram[..4], .. new byte[8], 0x50, 0x10, .. new byte[6]]);
        // The fourth word is the MTU of a link that is too small (1280), or a pointer to what is wrong.
        byte[] message = [type, code, 0, 0, 0, 0, 5, 0, .. told];
        if (family == Family.IPv6)
            return Frame.IPv6(server, client, Frame.IcmpV6Protocol, Frame.WithIcmpV6Checksum(server, client, message));
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), Frame.Checksum(message));
        return Frame.IPv4(server, client, Frame.IcmpProtocol, message);
    }

    private static bool IsAbout(byte[] frame, Family family, byte type)
    {
        int protocol = Frame.EthernetLength + (family == Family.IPv4 ? 9 : 6), content = Frame.EthernetLength + HeaderLength(family);
        return frame.Length > content && frame[protocol] == (family == Family.IPv4 ? Frame.IcmpProtocol : Frame.IcmpV6Protocol) && frame[content] == type;
    }

    private static byte[] Content(byte[] packet, Family family) => packet[HeaderLength(family)..];

    private static int HeaderLength(Family family) => family == Family.IPv4 ? Frame.IPv4Length : Frame.IPv6Length;
}
