using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using Ciliate.EndToEnd.Tests.Frames;
using Ciliate.EndToEnd.Tests.OneHost;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Outside;

/// <summary>Answers to a container that come to the uplink with a tag (IEEE 802.1Q), as switches and hypervisors send them.</summary>
public sealed class TaggedAnswerTests(World world) : IClassFixture<World>
{
    private const ushort Priority = 5 << 13, OfVlan7 = Priority | 7;

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_tag_that_says_a_priority_only_ends_at_the_uplink(Family family)
    {
        using var question = new Question(world, family);
        byte[] first = RandomNumberGenerator.GetBytes(20), second = RandomNumberGenerator.GetBytes(20);

        question.Answer(first, Priority);
        Assert.Equal(first, question.Hear());
        question.Answer(second, 0);
        Assert.Equal(second, question.Hear());
    }

    /// <summary>It is another network's, in which there may be the same addresses: the stack's, by that VLAN's own interface.</summary>
    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void What_is_of_a_VLAN_is_no_answer_and_no_drop_either(Family family)
    {
        using var question = new Question(world, family);
        byte[] untagged = RandomNumberGenerator.GetBytes(20);

        question.Answer(RandomNumberGenerator.GetBytes(20), OfVlan7);
        question.Answer(untagged, tag: null);

        Assert.Equal(untagged, question.Hear());
        Assert.DoesNotContain(world.Host.Ciliate.Observe("--verdict", "dropped"), flow => flow.SourcePort == Question.RemotePort);
    }

    /// <summary>A datagram that the container has sent to the router, which gives answers frame by frame.</summary>
    private sealed class Question : IDisposable
    {
        public const int RemotePort = 7030;
        private const ushort Tagged = 0x8100;

        private readonly Socket _socket;
        private readonly RawSender _router;
        private readonly IPEndPoint _remote;
        private readonly IPEndPoint _asSeen;
        private readonly byte[] _frame;

        public Question(World world, Family family)
        {
            _remote = new IPEndPoint(world.Router.Address(family), RemotePort);
            _socket = world.Web.Network.Run(() => new Socket(_remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
            _socket.ReceiveTimeout = 20_000;
            _router = new RawSender(world.Router.Network);
            using var listener = new FrameListener(world.Router.Network);
            byte[] content = RandomNumberGenerator.GetBytes(20);
            // Not connected, so that the router's word of a port that nobody has is not told to it.
            _socket.SendTo(content, _remote);
            _frame = listener.Await(content);
            int ports = Frame.EthernetLength + (family == Family.IPv4 ? Frame.IPv4Length : Frame.IPv6Length);
            _asSeen = new IPEndPoint(Frame.SourceOf(_frame), BinaryPrimitives.ReadUInt16BigEndian(_frame.AsSpan(ports)));
            Assert.Equal(World.Uplink(family), _asSeen.Address);
        }

        /// <param name="tag">Priority and VLAN; null for a frame without a tag.</param>
        public void Answer(byte[] content, ushort? tag)
        {
            PhysicalAddress to = new(_frame[6..12]), from = new(_frame[..6]);
            ushort type = BinaryPrimitives.ReadUInt16BigEndian(_frame.AsSpan(12));
            byte[] packet = Frame.Packet(_remote.Address, _asSeen.Address, Frame.UdpProtocol, Frame.Datagram(_remote, _asSeen, content));
            _router.Send(tag is { } value
                ? Frame.Ethernet(to, from, Tagged, [(byte)(value >> 8), (byte)value, (byte)(type >> 8), (byte)type, .. packet])
                : Frame.Ethernet(to, from, type, packet));
        }

        public byte[] Hear()
        {
            byte[] answer = new byte[64];
            return answer[.._socket.Receive(answer)];
        }

        public void Dispose()
        {
            _socket.Dispose();
            _router.Dispose();
        }
    }
}
