using Ciliate.EndToEnd.Tests.Frames.Lies;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Frames;

/// <summary>Everything a container can say in another's name, as real frames through a veth: what one with CAP_NET_RAW can do. Each is dropped, for the
/// reason that <c>ciliate observe</c> shows, and nothing of it arrives at the neighbour it is aimed at.</summary>
public sealed class SpoofingMatrixTests : IClassFixture<HostileContainerTests.Neighbours>, IDisposable
{
    private readonly HostileContainerTests.Neighbours _n;
    private readonly FrameListener _victim;

    public SpoofingMatrixTests(HostileContainerTests.Neighbours neighbours)
    {
        _n = neighbours;
        _victim = new FrameListener(neighbours.Good.Network);
    }

    /// <summary>Name and reason of each lie.</summary>
    public static TheoryData<string, string> Lies { get; } = new(Lie.All.Select(lie => (lie.Name, lie.Reason)));

    [Theory]
    [MemberData(nameof(Lies))]
    public void It_is_dropped_for_its_reason_and_does_not_arrive(string name, string reason)
    {
        byte[] frame = Lie.All.Single(lie => lie.Name == name).Build(_n);
        _victim.Take();
        int before = Told(reason);

        _n.Sender.Send(frame);

        Eventually.Holds(() => Told(reason) > before, $"'{reason}' is told as a drop of the hostile container");
        Assert.Empty(_victim.Take());
    }

    [Fact]
    public void The_matrix_has_every_kind_of_lie()
    {
        Assert.InRange(Lie.All.DistinctBy(lie => lie.Name).Count(), 40, int.MaxValue);
        string[] kinds =
        [
            "arp foreign target", "arp spoofed", "broadcast", "dhcp server", "foreign destination mac", "fragment", "fragment unknown", "icmp error unrelated",
            "icmp redirect", "invalid address", "malformed", "multicast", "ndisc forbidden", "ndisc foreign target", "ndisc malformed", "ndisc spoofed", "no flow",
            "routing header", "source route", "spoofed address", "spoofed mac", "too many extension headers", "unsolicited reply", "unsupported ethertype", "vlan tag",
        ];
        Assert.Equal(kinds, Lie.All.Select(lie => lie.Reason).Distinct().Order(StringComparer.Ordinal));
    }

    public void Dispose() => _victim.Dispose();

    private int Told(string reason) => _n.Host.Ciliate.Observe("--verdict", "dropped")
        .Count(flow => flow.Reason == reason && flow.Json.GetProperty("source").GetProperty("ID").GetInt32() == _n.Bad.Id);
}
