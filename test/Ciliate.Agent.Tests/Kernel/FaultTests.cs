using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Datapath;
using Xunit;

namespace Ciliate.Agent.Tests.Kernel;

/// <summary>They count what the process holds, so nothing else may run in it.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class Alone;

/// <summary>Each call to the kernel that a change makes fails once, over all calls one after the other: each time everything that can be seen
/// is as before or as after, nothing is left over, and the change can be made again.</summary>
[Collection(typeof(Alone))]
public sealed class FaultTests : IDisposable
{
    private const string Database = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: everybody}
        spec:
          endpointSelector: {}
          ingress:
          - fromEndpoints: [{matchLabels: {app: web}}]
            toPorts: [{ports: [{port: "5432", protocol: TCP}]}]
          egress:
          - toEndpoints: [{}]
        """;

    private const string Prefixes = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: prefixes}
        spec:
          endpointSelector: {}
          egress: [{toCIDRSet: [{cidr: 203.0.113.0/24, except: [203.0.113.128/25]}, {cidr: "2001:db8::/32"}]}]
        """;

    private readonly KernelAgent _agent = new();

    public FaultTests()
    {
        _agent.Apply(TestPolicies.Allow("base", to: "db", from: "web", port: 80));
        foreach (string name in new[] { "web", "db", "cache" })
            _agent.Add(_agent.RequestFor(name, $"app={name}"));
    }

    public void Dispose() => _agent.Dispose();

    [Fact]
    public void A_policy_for_three_endpoints() =>
        EveryCallFailsOnce(() => _agent.Apply(Database), () => _agent.DeletePolicy("everybody"));

    [Fact]
    public void The_end_of_a_policy()
    {
        _agent.Apply(Database);
        EveryCallFailsOnce(() => _agent.DeletePolicy("everybody"), () => _agent.Apply(Database));
    }

    [Fact]
    public void A_policy_that_names_prefixes() =>
        EveryCallFailsOnce(() => _agent.Apply(Prefixes), () => _agent.DeletePolicy("prefixes"));

    [Fact]
    public void The_end_of_a_policy_that_names_prefixes()
    {
        _agent.Apply(Prefixes);
        EveryCallFailsOnce(() => _agent.DeletePolicy("prefixes"), () => _agent.Apply(Prefixes));
    }

    /// <summary>Until its link is gone all is taken back. After that it is disconnected, and can be deleted again.</summary>
    [Fact]
    public void An_endpoint_that_goes()
    {
        _agent.Apply(Database);
        EndpointRequest request = Late();
        _agent.Add(request);
        string[] before = Observed.Of(_agent);
        _agent.Delete("late");
        string[] after = Observed.Of(_agent);
        AddAgain();
        for (int turn = 1; ; turn++)
        {
            var fault = new OneFault(turn);
            Exception? error = fault.During(() => _agent.Delete("late"));
            if (error is not null)
            {
                if (_agent.Services.Endpoints.Endpoints.Rows.Single(endpoint => endpoint.Name == "late").State == EndpointState.Ready)
                    AssertSame(before, fault, turn, error);
                _agent.Delete("late");
            }

            AssertSame(after, fault, turn, error);
            if (fault.Struck is null)
                break;
            AddAgain();
        }

        void AddAgain()
        {
            // Ids are given out in turn: back to the one that was.
            _agent.Stop();
            _agent.Start();
            _agent.Add(request);
        }
    }

    [Fact]
    public void An_endpoint_that_comes()
    {
        _agent.Apply(Database);
        EndpointRequest request = Late();
        EveryCallFailsOnce(() => _agent.Add(request), () =>
        {
            _agent.Delete("late");
            // Ids are given out in turn: back to the one that was.
            _agent.Stop();
            _agent.Start();
        });
    }

    /// <summary>What fails is told, the first programs go on, and the next time all is as it should be.</summary>
    [Fact]
    public void Programs_that_are_settled()
    {
        EndpointRequest request = Late();
        _agent.Add(request);
        string[] after = Observed.Of(_agent);
        for (int turn = 1; ; turn++)
        {
            _agent.Delete("late");
            // Ids are given out in turn: back to the one that was.
            _agent.Stop();
            _agent.Start();
            _agent.Add(request);
            ushort id = _agent.Services.Endpoints.Endpoints.Rows.Single(endpoint => endpoint.Name == "late").Id;
            var fault = new OneFault(turn);
            _agent.Host.Run(() => Assert.Null(fault.During(_agent.Services.Programs.WorkOff)));
            Assert.Empty(_agent.Datapath.MissingPrograms(id));
            Assert.Equal(_agent.Services.Programs.Waiting, _agent.Services.Health.Problems.Count);
            AssertSame(after, fault, turn, error: null);
            Assert.Empty(_agent.Services.Health.Problems);
            if (fault.Struck is null)
                break;
        }
    }

    [Fact]
    public void Other_labels_of_an_endpoint()
    {
        _agent.Apply(Database);
        EveryCallFailsOnce(() => _agent.Relabel("cache", "app=other"), () => _agent.Relabel("cache", "app=cache"));
    }

    [Fact]
    public void A_program_of_the_users_that_comes() =>
        EveryCallFailsOnce(() => _agent.Hook("db", TrafficDirection.Ingress, "no_udp"), () => _agent.Unhook("db", TrafficDirection.Ingress));

    [Fact]
    public void A_program_of_the_users_that_goes()
    {
        _agent.Hook("db", TrafficDirection.Ingress, "no_udp");
        EveryCallFailsOnce(() => _agent.Unhook("db", TrafficDirection.Ingress), () => _agent.Hook("db", TrafficDirection.Ingress, "no_udp"));
    }

    /// <summary>What was taken out of the tables by half is there in full for an endpoint that gets the labels again.</summary>
    [Fact]
    public void The_end_of_an_identity_that_was_left()
    {
        _agent.Apply(Database);
        string[] before = Observed.Of(_agent);
        for (int turn = 1; ; turn++)
        {
            _agent.Relabel("cache", "app=other");
            var fault = new OneFault(turn);
            Exception? error = fault.During(_agent.Services.EndpointIdentities.CleanUp);
            _agent.Relabel("cache", "app=cache");
            AssertSame(before, fault, turn, error);
            if (fault.Struck is null)
                break;
        }
    }

    [Fact]
    public void An_agent_that_starts()
    {
        _agent.Apply(Database);
        _agent.Apply(Prefixes);
        string[] before = Observed.Of(_agent);
        for (int turn = 1; ; turn++)
        {
            _agent.Stop();
            var fault = new OneFault(turn);
            Exception? error = fault.During(_agent.Start);
            if (error is not null)
                _agent.Start();
            AssertSame(before, fault, turn, error);
            if (fault.Struck is null)
                break;
        }
    }

    private EndpointRequest Late() => _agent.RequestFor("late", "app=late") with
    {
        IPv4 = System.Net.IPAddress.Parse("10.101.0.77"),
        IPv6 = System.Net.IPAddress.Parse("fd00:101::77"),
        NamedPorts = ["http=80/tcp"],
    };

    private void EveryCallFailsOnce(Action change, Action back)
    {
        string[] before = Observed.Of(_agent);
        change();
        string[] after = Observed.Of(_agent);
        back();
        Assert.Equal("", Observed.Difference(before, Observed.Of(_agent)));
        for (int turn = 1; ; turn++)
        {
            var fault = new OneFault(turn);
            Exception? error = fault.During(change);
            AssertSame(error is null ? after : before, fault, turn, error);
            if (error is not null)
            {
                change();
                AssertSame(after, fault, turn, error);
            }

            if (fault.Struck is null)
                break;
            back();
        }
    }

    private void AssertSame(string[] expected, OneFault fault, int turn, Exception? error)
    {
        string difference = Observed.Difference(expected, Observed.Of(_agent));
        Assert.True(difference.Length == 0, $"call {turn}, {fault.Struck}: {error?.Message ?? "no error"}\n{difference}");
    }
}
