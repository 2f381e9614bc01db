using System.Text.Json;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.EndToEnd.Tests.Probes;
using Xunit;
using static Ciliate.EndToEnd.Tests.Probes.Expectations;

namespace Ciliate.EndToEnd.Tests.Restarts;

/// <summary>With the hooks that the kernel has.</summary>
public sealed class RestartTests() : RestartPromises("auto");

/// <summary>With those for kernels that have no tcx.</summary>
public sealed class ClsactRestartTests() : RestartPromises("clsact");

/// <summary>The agent is not in the packets' way: it goes and comes, connections and rules stay.</summary>
public abstract class RestartPromises : IDisposable
{
    private const int EchoPort = 80, RecordPort = 9000;

    private readonly PolicyHost _fixture;
    private readonly Host _host;
    private readonly Container _server;
    private readonly Container _client;
    private readonly Container _other;
    private readonly RecordServer _records;

    protected RestartPromises(string hookBackend)
    {
        _fixture = new PolicyHost("--hook-backend", hookBackend);
        (_host, _server, _client, _other) = (_fixture.Host, _fixture.Server, _fixture.Client, _fixture.Other);
        _records = new RecordServer(_server.Network, RecordPort);
        _host.Apply(PolicyText.Ingress("server", "client"));
    }

    public enum Departure
    {
        Killed,
        Stopped,
    }

    public static TheoryData<Departure, Family> Ways { get; } = new MatrixTheoryData<Departure, Family>([Departure.Killed, Departure.Stopped], [Family.IPv4, Family.IPv6]);

    public void Dispose()
    {
        _records.Dispose();
        _fixture.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Without_its_agent_traffic_goes_on_new_connections_are_made_and_nothing_forbidden_passes(Departure departure, Family family)
    {
        using var running = new RecordReader(_client.Network, _server.Address(family), RecordPort);
        running.GoesOn();

        TakeAgentAway(departure);

        running.GoesOn(500);
        AssertAnswered(_client, _server, family, true);
        AssertAnswered(_other, _server, family, false);
        Pings(_client, _host.Network.Route.ListAddresses().First(address => address.Address.AddressFamily == _client.Address(family).AddressFamily
            && _host.Network.Route.GetLink(address.LinkIndex).Name != "lo").Address);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_restarted_agent_finds_everything_as_it_was_and_no_packet_is_lost(Departure departure, Family family)
    {
        using var records = new RecordReader(_client.Network, _server.Address(family), RecordPort);
        using var datagrams = new DatagramTalk(_client.Network, _server.Address(family), EchoPort);
        records.GoesOn();
        datagrams.GoesOn();
        string[] before = WhatStays();

        TakeAgentAway(departure);
        _host.Agent.Start();

        Assert.Equal(before, WhatStays());
        records.GoesOn(500);
        datagrams.GoesOn(200);
        Assert.Equal(0, datagrams.Lost);
        _host.Passes(_client, _server, EchoPort, family, Transport.Tcp);
        _host.Drops(_other, _server, EchoPort, family, Transport.Tcp, IngressDenied);
    }

    [Fact]
    public void After_a_restart_policies_and_endpoints_change_as_before()
    {
        using var running = new RecordReader(_client.Network, _server.IPv4, RecordPort);
        running.GoesOn();
        _host.Agent.Kill();
        _host.Agent.Start();

        _host.Apply(PolicyText.Ingress("server", "other"));
        _host.Passes(_other, _server, EchoPort, Family.IPv6, Transport.Udp);
        _host.Drops(_client, _server, EchoPort, Family.IPv6, Transport.Udp, IngressDenied);
        Container late = _host.Add("late", "app=other");
        Assert.DoesNotContain(late.IPv4, new[] { _server.IPv4, _client.IPv4, _other.IPv4 });
        _host.Passes(late, _server, EchoPort, Family.IPv4, Transport.Tcp);
        _host.Ciliate.Do("endpoint", "delete", "other");
        Assert.Equal(["server", "client", "late"], _host.Ciliate.Json("endpoint", "list").EnumerateArray()
            .Select(endpoint => endpoint.GetProperty("status").GetProperty("external-identifiers").GetProperty("container-name").GetString()));
    }

    [Fact]
    public void Ten_kills_in_a_row_do_not_disturb_a_running_connection()
    {
        using var running = new RecordReader(_client.Network, _server.IPv6, RecordPort);
        running.GoesOn();

        for (int i = 0; i < 10; i++)
        {
            _host.Agent.Kill();
            _host.Agent.Start();
            running.GoesOn(10);
        }

        _host.Drops(_other, _server, EchoPort, Family.IPv6, Transport.Tcp, IngressDenied);
    }

    [Fact]
    public void A_container_that_went_while_the_agent_was_away_is_told_and_can_be_deleted()
    {
        TakeAgentAway(Departure.Killed);
        _other.Network.Dispose();
        _host.Agent.Start();

        Assert.Equal("disconnected", _host.Ciliate.Json("endpoint", "get", "other").GetProperty("status").GetProperty("state").GetString());
        _host.Ciliate.Do("endpoint", "delete", "other");
        _host.Passes(_client, _server, EchoPort, Family.IPv4, Transport.Tcp);
    }

    private void TakeAgentAway(Departure departure)
    {
        if (departure == Departure.Killed)
        {
            _host.Agent.Kill();
            return;
        }

        Assert.Equal(0, _host.Agent.Stop().ExitCode);
    }

    private static void AssertAnswered(Container from, Container to, Family family, bool expected)
    {
        foreach (Transport transport in Enum.GetValues<Transport>())
        {
            using var conversation = new Conversation(from.Network, to.Address(family), EchoPort, transport);
            // Nobody can be asked for the verdict: for the forbidden one only time tells.
            TimeSpan limit = expected ? TimeSpan.FromSeconds(10) : TimeSpan.FromMilliseconds(1200);
            Assert.True(conversation.IsAnswered(limit) == expected, $"{from} to {to} by {transport} over {family}: expected {(expected ? "an" : "no")} answer");
        }
    }

    /// <summary>Endpoints without their counters and generations, identities, policies, and drops of what containers said to each other:
    /// what a container's IPv6 stack tells all neighbours at its start is dropped whenever it comes.</summary>
    private string[] WhatStays() =>
    [
        .. _host.Ciliate.Json("endpoint", "list").EnumerateArray().Select(endpoint => string.Join(' ', Stable(endpoint))),
        .. _host.Ciliate.Json("identity", "list").EnumerateArray().Select(identity => identity.ToString()),
        _host.Ciliate.Json("policy", "list").ToString(),
        .. _host.Ciliate.Json("status").GetProperty("drops").EnumerateArray()
            .Where(drop => drop.GetProperty("reason").GetString() is not ("multicast" or "ndisc foreign target")).Select(drop => drop.ToString()),
    ];

    private static IEnumerable<JsonElement> Stable(JsonElement endpoint)
    {
        JsonElement status = endpoint.GetProperty("status");
        yield return endpoint.GetProperty("id");
        foreach (string part in new[] { "state", "external-identifiers", "identity", "networking" })
        {
            yield return status.GetProperty(part);
        }

        foreach (string part in new[] { "policy-enabled", "policy-revision", "policies" })
        {
            yield return status.GetProperty("policy").GetProperty(part);
        }
    }
}
