using System.Net;
using System.Net.Sockets;
using Ciliate.EndToEnd.Tests.Frames;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Outside;

/// <summary>Who gets the address of a container that is gone gets none of what was meant for that one.</summary>
public sealed class ReusedAddressTests(WorldWithLan world) : IClassFixture<WorldWithLan>, IDisposable
{
    private const int Port = 7030;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly byte[] Late = "late answer"u8.ToArray();

    public void Dispose() => world.Host.DeletePolicies();

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Late_answers_to_the_one_before_are_judged_by_the_policy_of_the_one_after(Family family)
    {
        string name = family == Family.IPv4 ? "after4" : "after6";
        world.Host.Apply(PolicyText.Ingress(name, "nobody"));
        Container before = world.Host.Add($"before-{name}");
        using Socket peer = world.Neighbour.Network.Run(() => new Socket(before.Address(family).AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        peer.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        peer.Bind(new IPEndPoint(world.Neighbour.Address(family), Port));
        EndPoint known = MakeKnown(before, peer, family);
        Assert.Equal(before.Address(family), ((IPEndPoint)known).Address);

        Container after = Replace(before, name);
        using var listener = new FrameListener(after.Network);
        peer.SendTo(Late, known);

        Eventually.Holds(
            () => world.Host.SeenFrom(Port, ((IPEndPoint)known).Port).Any(flow => flow.Destination == after.Name && flow.Reason == Expectations.IngressDenied),
            "the late answer is told as a drop",
            Patience);
        Assert.False(listener.Saw(Late));
        world.Host.DeletePolicies();
        peer.SendTo(Late, known);
        listener.Await(Late);
    }

    /// <summary>A question and its answer; where the question came from.</summary>
    private EndPoint MakeKnown(Container container, Socket peer, Family family)
    {
        using Socket socket = container.Network.Run(() => new Socket(peer.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        socket.SendTo(Late, new IPEndPoint(world.Neighbour.Address(family), Port));
        EndPoint from = new IPEndPoint(family == Family.IPv4 ? IPAddress.Any : IPAddress.IPv6Any, 0);
        int length = peer.ReceiveFrom(new byte[100], ref from);
        peer.SendTo(new byte[length], from);
        Assert.Equal(length, socket.Receive(new byte[100]));
        return from;
    }

    private Container Replace(Container before, string name)
    {
        world.Host.Ciliate.Do("endpoint", "delete", before.Name);
        TestNamespace network = world.Host.AddNamespace(name);
        world.Host.Ciliate.Do(
            "endpoint", "add", name, "--netns", network.Path, "--label", "app=" + name, "--ipv4", before.IPv4.ToString(), "--ipv6", before.IPv6.ToString());
        return Container.From(network, world.Host.Ciliate.Json("endpoint", "get", name));
    }
}
