using System.Net;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Identities;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Datapath;
using Ciliate.Policy;
using Xunit;

namespace Ciliate.Agent.Tests.Policies;

/// <summary>Prefixes that policies name, and named ports.</summary>
public sealed class PrefixTests : IDisposable
{
    private const string WorldOnly = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: world}
        spec:
          endpointSelector: {matchLabels: {app: web}}
          egress: [{toEntities: [world]}]
        """;

    private const string Prefixes = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: prefixes}
        spec:
          endpointSelector: {matchLabels: {app: db}}
          egress: [{toCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}]}]
        """;

    private static readonly IPNetwork s_ten = IPNetwork.Parse("10.0.0.0/8"), s_tenOne = IPNetwork.Parse("10.1.0.0/16");

    private readonly TestAgent _agent = new();

    public void Dispose() => _agent.Dispose();

    [Fact]
    public void A_prefix_is_in_every_table_before_ipcache_and_in_ipcache_before_the_flip()
    {
        _agent.Add("web", "app=web");
        _agent.Add("db", "app=db");
        _agent.Apply(WorldOnly);
        _agent.Datapath.Calls.Clear();

        _agent.Apply(Prefixes);

        (uint ten, uint tenOne) = (_agent.Datapath.Ipcache[s_ten], _agent.Datapath.Ipcache[s_tenOne]);
        Assert.True(IdentityNumbers.IsLocal(ten) && IdentityNumbers.IsLocal(tenOne) && ten != tenOne);
        Assert.Equal(["add 1 " + $"{ten},{tenOne}", "prefixes 10.0.0.0/8,10.1.0.0/16", "publish 2"], _agent.Datapath.Calls);
        Assert.Contains(_agent.Datapath.Published[2].Entries, entry => entry.Peer == ten);
        Assert.DoesNotContain(_agent.Datapath.Published[2].Entries, entry => entry.Peer == tenOne);
        Assert.Equal("cidr:10.0.0.0/8,reserved:world", _agent.Services.Identities.LabelsOf(ten).ToString());
    }

    [Fact]
    public void A_prefix_goes_after_the_flip_and_its_number_rests()
    {
        _agent.Add("web", "app=web");
        _agent.Apply(WorldOnly, Prefixes);
        uint ten = _agent.Datapath.Ipcache[s_ten];
        _agent.Datapath.Calls.Clear();

        _agent.Services.Policies.Delete(new PolicyKey(null, "prefixes"));

        Assert.Equal(["unprefix 10.0.0.0/8,10.1.0.0/16", "wait", $"remove 1 {ten},{ten + 1}"], _agent.Datapath.Calls);
        Assert.DoesNotContain(s_ten, _agent.Datapath.Ipcache.Keys);
        Assert.Equal(0, _agent.Services.Identities.Identities.Find(ten)!.Holders);
        _agent.Apply(Prefixes);
        Assert.Equal(ten, _agent.Datapath.Ipcache[s_ten]);
    }

    [Theory]
    [InlineData("add 1")]
    [InlineData("prefixes")]
    [InlineData("publish 2")]
    public void A_change_that_fails_leaves_what_was(string at)
    {
        _agent.Add("web", "app=web");
        _agent.Add("db", "app=db");
        _agent.Apply(WorldOnly);
        PolicyEntry[] before = [.. _agent.Datapath.Published[1].Entries];
        Dictionary<IPNetwork, uint> addresses = new(_agent.Datapath.Ipcache);
        bool failed = false;
        _agent.Datapath.Fail = call =>
        {
            if (!failed && (failed = call.StartsWith(at, StringComparison.Ordinal)))
                throw new DatapathException("told by the test");
        };

        Assert.Throws<DatapathException>(() => _agent.Apply(Prefixes));

        Assert.True(failed);
        Assert.Equal(before, _agent.Datapath.Published[1].Entries);
        Assert.Equal(addresses, _agent.Datapath.Ipcache);
        Assert.Empty(_agent.Services.Identities.HeldPrefixes);
    }

    [Fact]
    public void A_restarted_agent_gives_prefixes_the_same_numbers()
    {
        _agent.Add("db", "app=db");
        _agent.Apply(Prefixes);
        Dictionary<IPNetwork, uint> addresses = new(_agent.Datapath.Ipcache);
        IdentityRow[] held = [.. _agent.Services.Identities.HeldPrefixes];

        _agent.Restart();

        Assert.Equal(addresses, _agent.Datapath.Ipcache);
        Assert.Equal(held, _agent.Services.Identities.HeldPrefixes);
    }

    [Fact]
    public void What_ipcache_has_left_of_a_change_that_was_cut_short_is_in_every_new_table_until_it_goes()
    {
        _agent.Add("web", "app=web");
        _agent.Add("db", "app=db");
        _agent.Apply(WorldOnly, Prefixes);
        uint ten = _agent.Datapath.Ipcache[s_ten];
        _agent.Datapath.Fail = call =>
        {
            if (call.StartsWith("unprefix", StringComparison.Ordinal))
                throw new DatapathException("told by the test");
        };
        _agent.Services.Policies.Delete(new PolicyKey(null, "prefixes"));
        _agent.Datapath.Fail = null;
        Assert.Contains(s_ten, _agent.Datapath.Ipcache.Keys);
        _agent.Datapath.Calls.Clear();

        _agent.Restart();

        Assert.Equal(
            ["publish 1", "publish 2", "unprefix 10.0.0.0/8,10.1.0.0/16", "wait", $"remove 1 {ten},{ten + 1}"],
            _agent.Datapath.Calls.Where(call => call.Split(' ')[0] is "publish" or "unprefix" or "wait" or "remove"));
        Assert.DoesNotContain(s_ten, _agent.Datapath.Ipcache.Keys);
        Assert.Empty(_agent.Services.Identities.HeldPrefixes);
    }

    [Fact]
    public void A_containers_address_and_the_gateways_stay_what_they_are_when_a_policy_names_them()
    {
        Endpoint web = _agent.Add("web", "app=web");
        var own = new IPNetwork(web.IPv4!, 32);
        IPNetwork gateway = IPNetwork.Parse("10.101.0.1/32");
        string named = Prefixes.Replace("10.0.0.0/8, except: [10.1.0.0/16]", "10.101.0.0/24, except: [10.101.0.1/32, 10.101.0.2/32]", StringComparison.Ordinal);

        _agent.Apply(named);

        Assert.Equal(web.Identity, _agent.Datapath.Ipcache[own]);
        Assert.Equal(ReservedIdentities.Host, _agent.Datapath.Ipcache[gateway]);
        _agent.Services.Endpoints.Delete(web);
        Assert.True(IdentityNumbers.IsLocal(_agent.Datapath.Ipcache[own]));
        _agent.Services.Policies.Delete(new PolicyKey(null, "prefixes"));
        Assert.Equal(ReservedIdentities.Host, _agent.Datapath.Ipcache[gateway]);
        Assert.DoesNotContain(own, _agent.Datapath.Ipcache.Keys);
    }

    [Fact]
    public void Ten_thousand_prefixes_are_one_change()
    {
        _agent.Add("db", "app=db");
        string list = string.Join(", ", Enumerable.Range(0, 10_000).Select(i => $"10.{i >> 8}.{i & 255}.0/24"));

        _agent.Apply(Prefixes.Replace("toCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}]", $"toCIDR: [{list}]", StringComparison.Ordinal));

        Assert.Equal(10_000, _agent.Services.Identities.HeldPrefixes.Count());
        Assert.Equal(10_000, _agent.Datapath.Published[1].Entries.Count);
        _agent.Services.Policies.Delete(new PolicyKey(null, "prefixes"));
        Assert.Empty(_agent.Services.Identities.HeldPrefixes);
    }

    [Fact]
    public void Policies_of_equal_names_and_other_kinds_live_side_by_side()
    {
        string clusterwide = WorldOnly.Replace("CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy", StringComparison.Ordinal);

        _agent.Apply(WorldOnly, clusterwide);
        _agent.Restart();

        Assert.Equal(["world", "ccnp:world"], _agent.Services.Policies.Current.Policies.Select(policy => policy.Key.ToString()));
        _agent.Services.Policies.Delete(PolicyKey.Parse("ccnp:world"));
        Assert.Equal(["policies.json", "policies/_world@1.yaml"], _agent.StateFiles.Where(file => file.StartsWith("polic", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_name_means_the_port_of_the_endpoint_that_gives_it()
    {
        const string Named = """
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: {name: named}
            spec:
              endpointSelector: {}
              ingress: [{toPorts: [{ports: [{port: http}]}]}]
              egress: [{toPorts: [{ports: [{port: http}]}]}]
            """;
        _agent.Apply(Named);
        _agent.Add("web", "app=web");
        Endpoint db = _agent.Services.Endpoints.Add(new EndpointRequest(
            "db", _agent.NewContainer().Path, ["app=db"], NamedPorts: ["http=8080/tcp", "HTTP=8081/udp"]));

        Assert.Equal([("Ingress", 0u, 8080, 6), ("Ingress", 0u, 8081, 17)], Entries(db.Id).Where(entry => entry.Direction == "Ingress"));
        Assert.Equal([("Egress", db.Identity, 8080, 6), ("Egress", db.Identity, 8081, 17)], Entries(1));
        _agent.Restart();
        Assert.Equal(2, Entries(1).Length);
        _agent.Services.Endpoints.Delete(_agent.Services.Endpoints.Endpoints.Find(db.Id)!);
        Assert.Empty(Entries(1));
    }

    [Theory]
    [InlineData("http", "'http' is not a named port (NAME=PORT, or NAME=PORT/PROTOCOL)")]
    [InlineData("80=80", "named port '80=80': '80' is not 1 to 15 letters, digits and single inner '-', one of them a letter")]
    [InlineData("http=0", "named port 'http=0': '0' is not a port (1-65535)")]
    [InlineData("http=80/icmp", "named port 'http=80/icmp': 'icmp' is not a protocol with ports (tcp, udp, sctp)")]
    public void A_named_port_that_is_none(string text, string problem)
    {
        var error = Assert.Throws<AgentException>(() => _agent.Services.Endpoints.Add(
            new EndpointRequest("web", _agent.NewContainer().Path, [], NamedPorts: [text])));
        Assert.Equal($"endpoint 'web': {problem}", error.Message);
    }

    private (string Direction, uint Peer, int Port, int Protocol)[] Entries(ushort endpoint) =>
    [
        .. _agent.Datapath.Published[endpoint].Entries.Where(entry => entry.RuleId != ReservedRules.HostAccess)
            .Select(entry => (entry.Direction.ToString(), entry.Peer, (int)entry.Port, (int)entry.Protocol)),
    ];
}
