using System.Net;
using System.Net.Sockets;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.FlowTable;

/// <summary>More flows than the table has room for: what runs goes on, and what is too much is dropped with its reason.</summary>
public sealed class FullTests : IDisposable
{
    private const int Size = 1024, Port = 7000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // Flows outlive the test, however slow the machine is.
    private readonly Host _host = new("--flow-table-size", $"{Size}", "--flow-timeout-other", "3600");
    private readonly Container _server;
    private readonly EchoServer _echo;

    public FullTests()
    {
        _server = _host.Add("server");
        _echo = new EchoServer(_server.Network, Port);
    }

    public void Dispose()
    {
        _echo.Dispose();
        _host.Dispose();
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_container_that_takes_all_it_can_get_leaves_half_to_its_neighbours(Family family)
    {
        Container greedy = _host.Add("greedy"), neighbour = _host.Add("neighbour");
        using Conversation old = Talk(greedy, family), others = Talk(neighbour, family);

        Flood(greedy, family);

        IsRefused(greedy, family, "flow quota");
        Assert.InRange(FlowsOf(greedy), Size / 2, (Size / 2) + 8);
        Assert.True(old.IsAnswered(Patience), "its old flow goes on");
        Assert.True(others.IsAnswered(Patience), "its neighbour's old flow goes on");
        foreach (Transport transport in Enum.GetValues<Transport>())
            _host.Passes(neighbour, _server, Port, family, transport);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_table_that_many_have_filled_keeps_what_it_has_and_takes_nothing_more(Family family)
    {
        // Each takes half of what is left.
        Container[] greedy = [.. Enumerable.Range(1, 10).Select(number => _host.Add($"greedy{number}"))];
        Conversation[] old = [.. greedy.Select(container => Talk(container, family))];

        Array.ForEach(greedy, container => Flood(container, family));

        Container late = _host.Add("late");
        Flood(late, family);
        IsRefused(late, family, "flow table full");
        Assert.Equal(Size, _host.Ciliate.Json("status").GetProperty("flow-table").GetProperty("used").GetInt32());
        Assert.All(old, conversation => Assert.True(conversation.IsAnswered(Patience), "an old flow goes on"));
        Array.ForEach(old, conversation => conversation.Dispose());
    }

    /// <summary>Nobody has been asked yet who the packet is for.</summary>
    private void IsRefused(Container from, Family family, string reason)
    {
        using var talk = new Conversation(from.Network, _server.Address(family), Port, Transport.Udp);
        Assert.False(talk.IsAnswered(TimeSpan.FromMilliseconds(150)), "a flow more was opened");
        ObservedFlow[] seen = [];
        Eventually.Holds(() => (seen = _host.SeenFrom(talk.SourcePort, Port)).Length > 0, $"'{reason}' is told");
        Assert.All(seen, flow => Assert.Equal((from.Name, reason), (flow.Source, flow.Reason)));
    }

    private Conversation Talk(Container from, Family family)
    {
        var talk = new Conversation(from.Network, _server.Address(family), Port, Transport.Udp);
        Assert.True(talk.IsAnswered(Patience));
        return talk;
    }

    /// <summary>A flow to each of more ports than the table has entries.</summary>
    private void Flood(Container from, Family family)
    {
        IPAddress server = _server.Address(family);
        using Socket socket = from.Network.Run(() => new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        for (int port = 10_000; port < 10_000 + Size + 100; port++)
            socket.SendTo([1], new IPEndPoint(server, port));
    }

    private int FlowsOf(Container container) => _host.Ciliate.Json("bpf", "endpoint", "list").EnumerateArray()
        .Single(row => row.GetProperty("name").GetString() == container.Name).GetProperty("flows").GetInt32();
}
