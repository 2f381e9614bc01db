using System.Text.Json;
using Ciliate.Bpf;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.UserPrograms;

/// <summary>Two containers that talk, and programs of the user's at them.</summary>
public sealed class UserHost : IDisposable
{
    private const string Reason = "user program";

    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(150);

    private readonly EchoServer[] _servers;

    /// <param name="options">Flags of the agent.</param>
    public UserHost(params IReadOnlyList<string> options)
    {
        Host = new Host(options);
        Objects = Host.Roots.MakeDirectory("objects");
        Server = Host.Add("server");
        Client = Host.Add("client");
        _servers = [new EchoServer(Server.Network, 80), new EchoServer(Client.Network, 80)];
    }

    public Host Host { get; }

    public Container Server { get; }

    public Container Client { get; }

    /// <summary>A directory for compiled objects.</summary>
    public string Objects { get; }

    public void Hook(string verb, string endpoint, string at, string file, string? program = null) => Host.Ciliate.Do(
        ["endpoint", "hook", verb, endpoint, "--object", file, "--at", at, .. program is null ? Array.Empty<string>() : ["--program", program]]);

    public void Remove(string endpoint, string at) => Host.Ciliate.Do("endpoint", "hook", "remove", endpoint, "--at", at);

    public JsonElement[] Hooks(params string[] endpoint) => [.. Host.Ciliate.Json(["endpoint", "hook", "list", .. endpoint]).EnumerateArray()];

    /// <summary>A map of the one hook that there is, opened where <c>hook list</c> says that it is pinned.</summary>
    public BpfMap Map(string name)
    {
        JsonElement map = Assert.Single(Hooks()).GetProperty("maps").EnumerateArray().Single(map => map.GetProperty("name").GetString() == name);
        var opened = BpfMap.OpenPinned(map.GetProperty("pin").GetString()!);
        Assert.Equal(map.GetProperty("kernel-id").GetUInt32(), opened.Info.Id);
        return opened;
    }

    /// <summary>UDP packets that the example let pass and those that it dropped.</summary>
    public (ulong Kept, ulong Dropped) Counted(string map = "packets")
    {
        using BpfMap packets = Map(map);
        var counts = packets.As<uint, ulong>();
        return (counts[0], counts[1]);
    }

    /// <summary>UDP is dropped by the receiver's program at ingress, which is told with both ends, and TCP passes.</summary>
    public void DropsUdp(IPlace from, IPlace to)
    {
        foreach (Family family in Enum.GetValues<Family>())
        {
            Host.Passes(from, to, 80, family, Transport.Tcp);
            using var conversation = new Conversation(from.Network, to.Address(family), 80, Transport.Udp);
            Assert.False(conversation.IsAnswered(s_glance), $"{from.Name} to {to.Name} over {family} was answered");
            Eventually.Holds(
                () => Host.SeenFrom(conversation.SourcePort, 80).Any(flow => flow is { Dropped: true, Reason: Reason }
                    && (flow.Source ?? "host") == from.Name && flow.Destination == to.Name
                    && flow.Json.GetProperty("traffic_direction").GetString() == "INGRESS"),
                $"a drop of {from.Name} to {to.Name} over {family}");
        }
    }

    public void PassesUdp(IPlace from, IPlace to)
    {
        foreach (Family family in Enum.GetValues<Family>())
            Host.Passes(from, to, 80, family, Transport.Udp);
    }

    public void Dispose()
    {
        foreach (EchoServer server in _servers)
            server.Dispose();
        Host.Dispose();
    }
}
