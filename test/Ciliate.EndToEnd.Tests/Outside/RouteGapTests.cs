using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Outside;

/// <summary>Default routes go for a moment, as when a lease is renewed or the network is configured anew.</summary>
public sealed class RouteGapTests(World world) : IClassFixture<World>, IDisposable
{
    private const int PushPort = 7050;

    /// <summary>Longer than a peer waits before it sends again, so that something comes in meanwhile, which the host's stack knows nothing of.</summary>
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<Flows> _all = [];

    public void Dispose() => _all.ForEach(flows => flows.Dispose());

    /// <summary>On the uplink's own wire nothing stands still, and nobody would be slower to reset; farther away it does, until there is a way again.</summary>
    [Fact]
    public void Connections_outlive_a_gap_whoever_sends_and_wherever_to()
    {
        using RecordServer near = new(world.Router.Network, PushPort), far = new(world.Server.Network, PushPort);
        Flows[] onWire = Open(world.Router), farther = Open(world.Server);
        _all.ForEach(flows => flows.GoOn());

        for (int round = 0; round < 2; round++)
        {
            world.TakeDefaultRoutes();
            Task<bool>[] asked = [.. farther.Select(flows => Task.Run(flows.IsAnswered))];
            Eventually.Holds(() => world.Masquerade("ipv4") != "active" && world.Masquerade("ipv6") != "active", "the agent has no uplink", Patience);
            Thread.Sleep(Gap);
            Array.ForEach(onWire, flows => flows.GoOn());
            world.GiveDefaultRoutes();

            Assert.All(asked, answered => Assert.True(answered.GetAwaiter().GetResult(), "what was asked meanwhile is answered"));
            _all.ForEach(flows => flows.GoOn());
        }
    }

    private Flows[] Open(Outsider to)
    {
        Flows[] opened = [.. Enum.GetValues<Family>().Select(family => new Flows(world.Web, to, family))];
        _all.AddRange(opened);
        return opened;
    }

    /// <summary>What a container has with somebody outside: records that come, questions over TCP, and datagrams.</summary>
    private sealed class Flows(Container from, Outsider to, Family family) : IDisposable
    {
        private readonly RecordReader _records = new(from.Network, to.Address(family), PushPort);
        private readonly Conversation _questions = new(from.Network, to.Address(family), World.Port, Transport.Tcp);
        private readonly DatagramTalk _datagrams = new(from.Network, to.Address(family), World.Port);

        public bool IsAnswered() => _questions.IsAnswered(Patience);

        public void GoOn()
        {
            _records.GoesOn();
            _datagrams.GoesOn(20);
            Assert.True(IsAnswered(), $"{to} answers over {family}");
        }

        public void Dispose()
        {
            _records.Dispose();
            _questions.Dispose();
            _datagrams.Dispose();
        }
    }
}
