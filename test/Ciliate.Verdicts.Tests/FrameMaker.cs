using Ciliate.Datapath.Tests.Packets;
using Ciliate.Oracle;

namespace Ciliate.Verdicts.Tests;

/// <summary>A packet as a frame.</summary>
internal static class FrameMaker
{
    /// <summary>Messages that open something: neither answers nor errors, which belong to flows, nor neighbour discovery.</summary>
    public static readonly int[] IcmpTypes = [8, 13, 15, 17, 42];

    /// <inheritdoc cref="IcmpTypes"/>
    public static readonly int[] IcmpV6Types = [128, 139, 144, 146, 160];

    public static byte[] Make(Frame frame, Packet packet, int sourcePort) => packet.Protocol switch
    {
        6 => frame.Tcp(sourcePort, packet.Port, TcpFlags.Syn),
        17 => frame.Udp(sourcePort, packet.Port),
        132 => frame.Raw(132, Sctp(sourcePort, packet.Port)),
        1 => frame.Raw(1, Message(packet.Port, sourcePort)),
        58 => frame.IcmpV6(Message(packet.Port, sourcePort)),
        var other => frame.Raw((byte)other, new byte[32]),
    };

    /// <summary>RFC 9260, 3.1: the common header; no chunk follows.</summary>
    private static byte[] Sctp(int source, int destination) =>
        [(byte)(source >> 8), (byte)source, (byte)(destination >> 8), (byte)destination, .. new byte[20]];

    private static byte[] Message(int type, int id) => [(byte)type, 0, 0, 0, (byte)(id >> 8), (byte)id, 0, 1, .. new byte[24]];
}
