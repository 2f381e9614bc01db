using System.Net.Sockets;
using Ciliate.Agent.Endpoints;
using Ciliate.Bpf;
using Ciliate.Datapath;
using Xunit;

namespace Ciliate.Agent.Tests.Kernel;

/// <summary>Agents whose tables are laid out differently follow each other, while containers talk.</summary>
[Collection(typeof(Alone))]
public sealed class UpgradeTests : IDisposable
{
    private const int Port = 5432, Rounds = 20;

    private const string WebOnly = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: web-only}
        spec:
          endpointSelector: {matchLabels: {app: db}}
          ingress:
          - fromEndpoints: [{matchLabels: {app: web}}]
            toPorts: [{ports: [{port: "5432", protocol: ANY}]}]
          egress: [{}]
        """;

    private readonly KernelAgent _agent = new();

    public UpgradeTests()
    {
        _agent.Apply(WebOnly);
        foreach (string name in new[] { "web", "db", "cache" })
            _agent.Add(_agent.RequestFor(name, $"app={name}"));
    }

    private Endpoint Database => _agent.Services.Endpoints.Endpoints.Rows.Single(endpoint => endpoint.Name == "db");

    public void Dispose() => _agent.Dispose();

    [Fact]
    public void Tables_change_their_layout_and_back_twenty_times_and_no_running_flow_notices_and_nothing_forbidden_passes()
    {
        EndpointWiring[] endpoints = [.. _agent.Services.Endpoints.Endpoints.Rows.Select(endpoint => endpoint.Wiring)];
        string[] before = [.. Observed.Tables(_agent)];
        Endpoint database = Database;
        using Talk stream = Between("web", database.IPv4!, Port, ProtocolType.Tcp);
        using Talk stream6 = Between("web", database.IPv6!, Port, ProtocolType.Tcp);
        using Talk datagrams = Between("web", database.IPv6!, Port, ProtocolType.Udp);
        using Talk forbidden = Between("cache", database.IPv4!, Port, ProtocolType.Udp, isAnswered: false);
        Talk[] running = [stream, stream6, datagrams];

        for (int round = 0; round < Rounds; round++)
        {
            Array.ForEach(running, talk => talk.GoesOn());
            _agent.Stop();
            OtherVersion.TakeOver(_agent, endpoints);
            Array.ForEach(running, talk => talk.GoesOn());
            _agent.Start();
            _agent.KeepHouse();
            Assert.Empty(Directory.GetDirectories(_agent.BpfRoot, "maps-*"));
        }

        Array.ForEach(running, talk => talk.GoesOn());
        Assert.All(running, talk => Assert.Equal(0, talk.Lost));
        Assert.Equal(0, forbidden.Heard);
        Assert.True(forbidden.Lost > 0, "nothing forbidden was tried");
        Assert.Equal("", Observed.Difference(before, [.. Observed.Tables(_agent)]));
        Assert.Contains(_agent.Datapath.DumpFlows(), flow => flow.State == "established" && flow.DestinationPort == Port);
        Assert.All(_agent.Datapath.DumpEndpoints(), row => Assert.Equal(
            (uint)_agent.Datapath.Maps.Flows.Entries().Count(flow => flow.Value.Owner == row.Id), row.Flows));
    }

    [Fact]
    public void An_agent_of_before_that_found_no_endpoint_by_its_interface_is_followed_and_no_running_flow_notices()
    {
        using Talk stream = Between("web", Database.IPv4!, Port, ProtocolType.Tcp);
        stream.GoesOn();
        _agent.Stop();
        File.Delete(Path.Combine(_agent.BpfRoot, "maps", "interfaces"));
        stream.GoesOn();

        _agent.Start();
        _agent.KeepHouse();

        stream.GoesOn();
        Assert.Equal(0, stream.Lost);
        Assert.All(_agent.Datapath.DumpEndpoints(), row => Assert.Equal(row.Id, _agent.Datapath.Maps.Interfaces[row.HostIfIndex]));
    }

    [Fact]
    public void An_agent_that_is_older_than_the_tables_does_not_start_and_the_newer_one_does_again()
    {
        using Talk stream = Between("web", Database.IPv4!, Port, ProtocolType.Tcp);
        stream.GoesOn();
        using var map = BpfMap.OpenPinned(Path.Combine(_agent.BpfRoot, "maps", "endpoints"));
        using MappedArray<Ciliate.Datapath.Abi.Endpoint> rows = map.Mapped<Ciliate.Datapath.Abi.Endpoint>();
        (uint version, uint oldest) = (rows[0].Flags, rows[0].Network);
        _agent.Stop();
        (rows[0].Flags, rows[0].Network) = (version + 1, version + 1);

        var refusal = Assert.Throws<DatapathException>(_agent.Start);

        Assert.Equal(
            $"the maps have layout {version + 1}, which this agent (layout {version}) does not know; start the newer agent again, "
            + $"or remove {_agent.BpfRoot} to start anew (connections are lost)",
            refusal.Message);
        stream.GoesOn();
        (rows[0].Flags, rows[0].Network) = (version, oldest);
        _agent.Start();
        stream.GoesOn();
        Assert.Equal(0, stream.Lost);
    }

    private Talk Between(string from, System.Net.IPAddress to, int port, ProtocolType protocol, bool isAnswered = true) =>
        new(_agent.Containers[from], _agent.Containers["db"], to, port, protocol, isAnswered);
}
