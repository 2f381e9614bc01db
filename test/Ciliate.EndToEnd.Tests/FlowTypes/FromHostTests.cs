using System.Net;
using System.Net.NetworkInformation;
using System.Text.Json;
using Ciliate.EndToEnd.Tests.Frames;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.Linux;
using Ciliate.Testing;
using Xunit;
using static Ciliate.EndToEnd.Tests.Frames.Frame;

namespace Ciliate.EndToEnd.Tests.FlowTypes;

/// <summary>What comes to a container from the host's side and is for nobody, for many, or tagged: dropped with its reason.</summary>
public sealed class FromHostTests : IClassFixture<Talkers>, IDisposable
{
    /// <summary>What the kernel tells a sender whose packet was dropped on its way out.</summary>
    private const int NoBufferSpace = 105;

    private readonly Talkers _talkers;
    private readonly RawSender _sender;
    private readonly PhysicalAddress _container;
    private readonly PhysicalAddress _hostEnd;

    public FromHostTests(Talkers talkers)
    {
        _talkers = talkers;
        JsonElement networking = talkers.Host.Ciliate.Json("endpoint", "get", "server").GetProperty("status").GetProperty("networking");
        string link = networking.GetProperty("interface-name").GetString()!;
        _container = talkers.Server.Network.Route.GetLink("eth0").Mac;
        _hostEnd = talkers.Host.Network.Route.GetLink(link).Mac;
        _sender = new RawSender(talkers.Host.Network, link);
    }

    private static Dictionary<string, (string Reason, Func<FromHostTests, byte[]> Build)> Cases { get; } = new()
    {
        ["802.1Q, IPv4"] = ("vlan tag", test => test.ToServer(0x8100, [0, 5, 8, 0, .. Packet(test.HostOf(Family.IPv4), test._talkers.Server.IPv4)])),
        ["802.1Q, IPv6"] = ("vlan tag", test => test.ToServer(0x8100, [0, 5, 0x86, 0xdd, .. Packet(test.HostOf(Family.IPv6), test._talkers.Server.IPv6)])),
        ["802.1ad, IPv4"] = ("vlan tag", test => test.ToServer(0x88a8, [0, 5, 8, 0, .. Packet(test.HostOf(Family.IPv4), test._talkers.Server.IPv4)])),
        ["an IPv4 group"] = ("multicast", test => test.ToServer(IPv4Type, Packet(test.HostOf(Family.IPv4), IPAddress.Parse("224.0.0.251")))),
        ["an IPv6 group"] = ("multicast", test => test.ToServer(IPv6Type, Packet(test.HostOf(Family.IPv6), IPAddress.Parse("ff02::fb")))),
        ["all"] = ("broadcast", test => Ethernet(EveryMac, test._hostEnd, IPv4Type, Packet(test.HostOf(Family.IPv4), IPAddress.Broadcast))),
        ["all of the range"] = ("broadcast", test => test.ToServer(IPv4Type, Packet(test.HostOf(Family.IPv4), IPAddress.Parse("10.101.0.255")))),
        ["another container, IPv4"] = ("invalid address", test => test.ToServer(IPv4Type, Packet(test.HostOf(Family.IPv4), test._talkers.Other.IPv4))),
        ["another container, IPv6"] = ("invalid address", test => test.ToServer(IPv6Type, Packet(test.HostOf(Family.IPv6), test._talkers.Other.IPv6))),
        ["a protocol that is not IP"] = ("unsupported ethertype", test => test.ToServer(0x88b5, new byte[64])),
    };

    public static TheoryData<string, string> ForOthers { get; } = new(Cases.Select(one => (one.Key, one.Value.Reason)));

    [Theory]
    [MemberData(nameof(ForOthers))]
    public void It_is_dropped_for_its_reason_and_does_not_arrive(string name, string reason)
    {
        using var listener = new FrameListener(_talkers.Server.Network);
        byte[] frame = Cases[name].Build(this);
        int before = Told(reason);

        Assert.Equal(NoBufferSpace, Assert.Throws<LinuxException>(() => _sender.Send(frame)).Errno);

        Eventually.Holds(() => Told(reason) > before, $"'{reason}' is told as a drop on the way to the server");
        Assert.DoesNotContain(listener.Take(), arrived => arrived.AsSpan(EthernetLength).SequenceEqual(frame.AsSpan(EthernetLength)));
    }

    public void Dispose() => _sender.Dispose();

    private IPAddress HostOf(Family family) => _talkers.Host.Address(family);

    private byte[] ToServer(ushort type, byte[] content) => Ethernet(_container, _hostEnd, type, content);

    private int Told(string reason) => _talkers.Host.Ciliate.Observe("--verdict", "dropped")
        .Count(flow => flow.Reason == reason && flow.Json.GetProperty("destination").GetProperty("ID").GetInt32() == _talkers.Server.Id);
}
