using System.Buffers.Binary;
using Ciliate.EndToEnd.Tests.Frames;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.FlowTypes;

/// <summary>Every kind of flow, allowed and denied, by real frames: what passes arrives as it was sent but for the hop that it cost, and what does not
/// is told with its reason.</summary>
public sealed class CraftedPacketTests(Talkers talkers) : IClassFixture<Talkers>
{
    public static TheoryData<Family, string> Kinds { get; } = new(
        Enum.GetValues<Family>().SelectMany(family => PacketKind.Of(family).Select(kind => (family, kind.Name))));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_arrives_whole_from_whom_a_rule_names(Family family, string name)
    {
        byte[][] packets = Find(family, name).Build(talkers.Client.Address(family), talkers.Server.Address(family));

        Assert.Equal(packets.Select(WithoutHop), Arriving(talkers.FromClient, talkers.Server, packets));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_is_dropped_from_whom_none_names(Family family, string name)
    {
        PacketKind kind = Find(family, name);
        byte[][] packets = kind.Build(talkers.Other.Address(family), talkers.Server.Address(family));

        Assert.Empty(Dropped(talkers.FromOther, talkers.Server, packets, kind.Reasons));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_rule_for_any_protocol_speaks_of_those_with_ports_alone(Family family, string name)
    {
        PacketKind kind = Find(family, name);
        byte[][] packets = kind.Build(talkers.Client.Address(family), talkers.Plain.Address(family));

        if (kind.Any)
            Assert.Equal(packets.Select(WithoutHop), Arriving(talkers.FromClient, talkers.Plain, packets));
        else
            Assert.Empty(Dropped(talkers.FromClient, talkers.Plain, packets, kind.Reasons));
    }

    private static PacketKind Find(Family family, string name) => PacketKind.Of(family).Single(kind => kind.Name == name);

    private static List<byte[]> Arriving(Speaker from, Container to, byte[][] packets)
    {
        using var listener = new FrameListener(to.Network);
        Array.ForEach(packets, from.Send);
        var arrived = new List<byte[]>();
        Eventually.Holds(() => Collect(listener, arrived, packets[0]).Count >= packets.Length, $"{packets.Length} packets of {from.Container} arrive at {to}");
        return arrived;
    }

    /// <summary>What arrived all the same.</summary>
    private List<byte[]> Dropped(Speaker from, Container to, byte[][] packets, IReadOnlyList<string> reasons)
    {
        using var listener = new FrameListener(to.Network);
        int before = talkers.DropsOf(from.Container).Count;
        Array.ForEach(packets, from.Send);
        talkers.DropsFor(from.Container, before, reasons);
        return Collect(listener, [], packets[0]);
    }

    /// <summary>Adds the packets with addresses and protocol of this one, from the IP header on; others are questions and answers of the stacks.</summary>
    private static List<byte[]> Collect(FrameListener listener, List<byte[]> into, byte[] like)
    {
        into.AddRange(listener.Take().Where(IsIP).Select(frame => frame[Frame.EthernetLength..]).Where(packet => Way(packet).SequenceEqual(Way(like))).Select(WithoutHop));
        return into;
    }

    private static bool IsIP(byte[] frame) => BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(12)) is Frame.IPv4Type or Frame.IPv6Type;

    private static byte[] Way(byte[] packet) => packet[0] >> 4 == 4 ? [packet[9], .. packet[12..20]] : [packet[6], .. packet[8..40]];

    /// <summary>Without what a router changes.</summary>
    private static byte[] WithoutHop(byte[] packet)
    {
        byte[] rest = [.. packet];
        if (packet[0] >> 4 == 4)
            rest[8] = rest[10] = rest[11] = 0;
        else
            rest[7] = 0;
        return rest;
    }
}
