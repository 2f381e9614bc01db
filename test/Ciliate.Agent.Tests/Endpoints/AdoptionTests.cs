using System.Net;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.State;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Datapath;
using Ciliate.Netlink;
using Xunit;

namespace Ciliate.Agent.Tests.Endpoints;

public sealed class AdoptionTests : IDisposable
{
    private readonly TestAgent _agent = new();

    public void Dispose() => _agent.Dispose();

    [Fact]
    public void A_restarted_agent_knows_its_endpoints_and_touches_none()
    {
        Endpoint web = _agent.Add("web", "app=web", "tier=front");
        Endpoint db = _agent.Add("db", "app=db");
        _agent.Datapath.Calls.Clear();

        _agent.Restart();

        Assert.Equal(
            [web with { Generation = 3 }, db with { Generation = 4 }],
            _agent.Services.Endpoints.Endpoints.Rows);
        Assert.DoesNotContain(_agent.Datapath.Calls, call => call.StartsWith("detach", StringComparison.Ordinal)
            || call.StartsWith("uncache", StringComparison.Ordinal));
        Assert.Equal(["cil1", "cil2", "cil_host", "cil_net"], _agent.HostLinks);
    }

    [Theory]
    [InlineData("attach 1", true)]
    [InlineData("publish 1", false)]
    public void What_the_kernel_refuses_for_an_endpoint_is_as_it_was_and_tried_again(string refused, bool published)
    {
        _agent.Add("web", "app=web");
        _agent.Datapath.InterfaceLives = _ => true;
        _agent.Datapath.Fail = call =>
        {
            if (call == refused)
                throw new DatapathException("told by the test");
        };
        _agent.Datapath.Calls.Clear();

        _agent.Restart();

        Endpoint kept = Assert.Single(_agent.Services.Endpoints.Endpoints.Rows);
        Assert.Equal((EndpointState.Ready, "told by the test"), (kept.State, kept.Problem));
        Assert.Contains("cil1", _agent.HostLinks);
        Assert.Equal(published, _agent.Datapath.Calls.Contains("publish 1"));
        Assert.Contains(kept.Prefixes.First(), _agent.Datapath.Ipcache.Keys);

        _agent.Services.RetryAdoption();
        Assert.NotNull(_agent.Services.Endpoints.Endpoints.Find(1)!.Problem);
        _agent.Datapath.Fail = null;
        _agent.Services.RetryAdoption();
        Assert.Null(_agent.Services.Endpoints.Endpoints.Find(1)!.Problem);
    }

    [Fact]
    public void Addresses_ids_and_identities_go_on_where_they_stood()
    {
        _agent.Add("one", "app=a");
        Endpoint two = _agent.Add("two", "app=b");
        _agent.Restart();

        Endpoint three = _agent.Add("three", "app=b");

        Assert.Equal((3, "10.101.0.4", two.Identity), (three.Id, three.IPv4!.ToString(), three.Identity));
    }

    [Fact]
    public void Policies_and_the_numbers_of_their_rules_outlive_a_restart()
    {
        _agent.Apply(TestPolicies.Allow("other", to: "x", from: "y", port: 1), TestPolicies.Allow("db", to: "db", from: "web", port: 5432));
        _agent.Add("web", "app=web");
        _agent.Add("db", "app=db");
        var before = _agent.Datapath.Published[2];
        _agent.Services.Policies.Delete(new Policy.PolicyKey(null, "other"));

        _agent.Restart();

        Assert.Equal(before.Entries, _agent.Datapath.Published[2].Entries);
        Assert.Equal(2, _agent.Services.Policies.Current.Revision);
        Assert.Equal("test.yaml", _agent.Services.Policies.Current.Origins.Values.Single().File);
        Assert.Equal("other/ingress[0]", _agent.Services.Rules.TextOf(ReservedRules.FirstPolicyRule + 1));
    }

    [Fact]
    public void What_no_record_knows_is_removed_and_nothing_of_anyone_else()
    {
        Endpoint lost = _agent.Add("lost");
        Endpoint kept = _agent.Add("kept");
        _agent.Host.Route.CreateVeth(new VethSpec("cilff", "cilfe"));
        File.Delete(Path.Combine(_agent.Configuration.StateDirectory, "endpoints", $"{lost.Id}.json"));
        _agent.Datapath.Calls.Clear();

        _agent.Restart();

        Assert.Equal([kept.Id], _agent.Datapath.AttachedEndpoints());
        Assert.Equal(["cil2", "cil_host", "cil_net", "cilfe", "cilff"], _agent.HostLinks);
        Assert.DoesNotContain(IPNetwork.Parse("10.101.0.2/32"), _agent.Datapath.Ipcache.Keys);
        Assert.True(
            _agent.Datapath.Calls.IndexOf("detach 1") < _agent.Datapath.Calls.IndexOf("publish 2")
            && _agent.Datapath.Calls.IndexOf("publish 2") < _agent.Datapath.Calls.IndexOf("uncache 10.101.0.2/32"));
    }

    [Fact]
    public void An_endpoint_whose_interface_is_gone_is_disconnected_and_can_be_deleted()
    {
        Endpoint web = _agent.Add("web", "app=web");
        _agent.Host.Route.DeleteLink(web.HostInterface);

        _agent.Restart();
        Endpoint found = Assert.Single(_agent.Services.Endpoints.Endpoints.Rows);
        Assert.Equal((EndpointState.Disconnected, 0u, web.IPv4), (found.State, found.Generation, found.IPv4));
        Assert.Empty(_agent.Datapath.Attached);

        _agent.Services.Endpoints.Delete(found);
        Assert.Empty(_agent.Services.Endpoints.Endpoints.Rows);
        Assert.All(_agent.Services.Addresses.Pools, pool => Assert.Equal(0, pool.Given));
    }

    [Fact]
    public void An_interface_of_the_same_name_made_by_someone_else_is_not_adopted()
    {
        Endpoint web = _agent.Add("web");
        _agent.Host.Route.DeleteLink(web.HostInterface);
        _agent.Host.Route.CreateVeth(new VethSpec(web.HostInterface, "other"));

        _agent.Restart();

        Assert.Equal(EndpointState.Disconnected, _agent.Services.Endpoints.Endpoints.Rows.Single().State);
        Assert.Contains(web.HostInterface, _agent.HostLinks);
    }

    [Theory]
    [InlineData("endpoints/1.json", "{\"id\": 1, \"na")]
    [InlineData("endpoints/1.json", "")]
    [InlineData("endpoints/1.json", "null")]
    [InlineData("endpoints/1.json", "{\"id\": 1, \"unknown\": 2}")]
    [InlineData("endpoints/9.json", null)]
    [InlineData("endpoints/1.json", """
        {"id": 1, "name": "web", "labels": [], "identity": 256, "namespace-path": "/x", "container-interface": "eth0", "host-interface": "cil1",
        "host-if-index": 5, "host-mac": "02:00:00:00:00:01", "container-mac": "02:00:00:00:00:02", "ipv4": "10.9.9.9", "created": "2026-01-01T00:00:00Z"}
        """)]
    [InlineData("identities.journal", "{\"next\":300,\"identities\":[{\"id\":256,\"labels\":[\"app=other\"]}]}")]
    [InlineData("identities.journal", "{\"next\":300,\"identities\":[{\"id\":7,\"labels\":[\"app=other\"]}]}")]
    [InlineData("policies.json", "{\"revision\": 1, \"next-rule\": 9, \"origins\": [], \"rules\": [{\"id\": 1, \"text\": \"x\"}]}")]
    [InlineData("policies/_db@1.yaml", "apiVersion: cilium.io/v2")]
    public void A_torn_or_wrong_file_is_named_and_nothing_starts(string file, string? content)
    {
        _agent.Apply(TestPolicies.Allow("db", to: "db", from: "web", port: 5432));
        _agent.Add("web", "app=web");
        string path = Path.Combine(_agent.Configuration.StateDirectory, file);
        string stored = File.ReadAllText(Path.Combine(_agent.Configuration.StateDirectory, "endpoints", "1.json"));
        if (file.EndsWith(".journal", StringComparison.Ordinal))
            JournalFile.Write(path, content!);
        else
            File.WriteAllText(path, content ?? stored);
        _agent.Datapath.Calls.Clear();

        var error = Assert.Throws<StateException>(_agent.Restart);

        // Where two files contradict each other, the second one that is read is named.
        bool contradiction = file == "identities.journal" && content!.Contains("256", StringComparison.Ordinal);
        Assert.Contains(contradiction ? "endpoints/1.json" : path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.DoesNotContain(_agent.Datapath.Calls, call => !call.StartsWith("ipcache 10.101.0.1/32", StringComparison.Ordinal));
        Assert.Equal(["cil1", "cil_host", "cil_net"], _agent.HostLinks);
    }

    [Fact]
    public void An_agent_in_another_namespace_than_its_endpoints_refuses_to_start_and_leaves_their_programs()
    {
        Endpoint web = _agent.Add("web");
        _agent.Host.Route.DeleteLink(web.HostInterface);
        _agent.Datapath.InterfaceLives = index => index == web.HostIfIndex;
        _agent.Datapath.Calls.Clear();

        var error = Assert.Throws<AgentException>(_agent.Restart);

        Assert.StartsWith(
            $"endpoint 1 (web): its interface {web.HostIfIndex} lives in another network namespace; start the agent there", error.Message,
            StringComparison.Ordinal);
        Assert.Empty(_agent.Datapath.Calls);
    }

    [Fact]
    public void A_renamed_interface_is_adopted_under_its_new_name()
    {
        Endpoint web = _agent.Add("web");
        _agent.Host.Route.SetDown(web.HostIfIndex);
        _agent.Host.Route.SetName(web.HostIfIndex, "renamed0");
        _agent.Host.Route.SetUp(web.HostIfIndex);

        _agent.Restart();

        Endpoint found = _agent.Services.Endpoints.Endpoints.Rows.Single();
        Assert.Equal((EndpointState.Ready, "renamed0"), (found.State, found.HostInterface));
        _agent.Services.Endpoints.Delete(found);
        Assert.Equal(["cil_host", "cil_net"], _agent.HostLinks);
    }

    [Fact]
    public void An_endpoint_that_the_kernel_refuses_is_disconnected_and_the_others_are_adopted()
    {
        _agent.Add("web");
        _agent.Add("db");
        _agent.Datapath.Fail = call => ThrowAt(call, "attach 1");

        _agent.Restart();

        Assert.Equal([EndpointState.Disconnected, EndpointState.Ready], _agent.Services.Endpoints.Endpoints.Rows.Select(row => row.State));
        Assert.Equal(["cil2", "cil_host", "cil_net"], _agent.HostLinks);
    }

    [Fact]
    public void An_endpoint_that_cannot_be_cleaned_up_is_disconnected_all_the_same()
    {
        Endpoint web = _agent.Add("web");
        _agent.Host.Route.DeleteLink(web.HostInterface);
        _agent.Datapath.Fail = call => ThrowAt(call, "detach 1");

        _agent.Restart();

        Assert.Equal(EndpointState.Disconnected, _agent.Services.Endpoints.Endpoints.Rows.Single().State);
    }

    [Fact]
    public void Programs_stay_on_an_interface_that_moved_away()
    {
        Endpoint web = _agent.Add("web");
        _agent.Host.Route.DeleteLink(web.HostInterface);
        _agent.Datapath.InterfaceLives = index => index == web.HostIfIndex;

        _agent.Services.Endpoints.Disconnect(web);

        Assert.Equal(EndpointState.Disconnected, _agent.Services.Endpoints.Endpoints.Rows.Single().State);
        Assert.Equal([web.Id], _agent.Datapath.AttachedEndpoints());
    }

    private static void ThrowAt(string call, string failing)
    {
        if (call == failing)
            throw new DatapathException("told by the test");
    }

    [Fact]
    public void A_range_that_is_in_use_elsewhere_is_refused()
    {
        using var agent = new TestAgent("--ipv4-range", "10.77.0.0/24");
        Link bridge = agent.Host.Route.CreateBridge("lan0");
        agent.Host.Route.AddAddress(bridge.Index, IPAddress.Parse("10.77.0.9"), 24);

        var error = Assert.Throws<AgentException>(agent.Restart);

        Assert.Equal("ipv4-range 10.77.0.0/24 overlaps 10.77.0.9/24 of interface lan0; set another range", error.Message);
    }

    [Fact]
    public void A_state_directory_by_another_path_is_the_same()
    {
        Endpoint web = _agent.Add("web");
        string moved = Path.Combine(_agent.Root, "moved"), link = Path.Combine(_agent.Root, "link");
        Directory.CreateSymbolicLink(link, _agent.Configuration.StateDirectory);

        _agent.RestartWith("--state-dir", link);
        Endpoint db = _agent.Add("db");
        Directory.Move(Path.Combine(_agent.Root, "state"), moved);
        Directory.CreateSymbolicLink(Path.Combine(_agent.Root, "state"), moved);
        _agent.RestartWith("--state-dir", moved);

        Assert.Equal(
            [(web.Id, EndpointState.Ready), (db.Id, EndpointState.Ready)],
            _agent.Services.Endpoints.Endpoints.Rows.Select(endpoint => (endpoint.Id, endpoint.State)));
    }

    [Fact]
    public void Of_a_state_directory_that_was_moved_it_is_said_what_to_do()
    {
        _agent.Add("web");
        string before = _agent.Configuration.StateDirectory, moved = Path.Combine(_agent.Root, "moved");
        Directory.Move(before, moved);

        var error = Assert.Throws<AgentException>(() => _agent.RestartWith("--state-dir", moved));

        Assert.Equal(
            $"ipv4-range 10.101.0.0/24 overlaps 10.101.0.1/32 of interface cil_host; it belongs to an agent with state-dir {before}, which is not there: "
            + $"if that directory was moved, make {before} a link to it, or run ciliate cleanup with --state-dir {before} first; else set another range",
            error.Message);
        Directory.CreateSymbolicLink(before, moved);
        _agent.RestartWith("--state-dir", moved);
        Assert.Equal(EndpointState.Ready, Assert.Single(_agent.Services.Endpoints.Endpoints.Rows).State);
    }

    [Theory]
    [InlineData("ipv4-range", "10.102.0.0/24", "10.101.0.2")]
    [InlineData("ipv4-range", "none", "10.101.0.2")]
    [InlineData("ipv6-range", "fd00:102::/64", "fd00:101::2")]
    public void A_range_that_was_changed_while_there_are_endpoints_is_named_and_can_be_set_back(string option, string range, string address)
    {
        _agent.Add("web");

        var error = Assert.Throws<AgentException>(() => _agent.RestartWith($"--{option}", range));

        Assert.Equal($"{option} is {range}, but endpoint 1 (web) has {address}; set {option} back, delete all endpoints, and then change it", error.Message);
        _agent.RestartWith();
        Assert.Equal(EndpointState.Ready, _agent.Services.Endpoints.Endpoints.Rows.Single().State);
    }
}
