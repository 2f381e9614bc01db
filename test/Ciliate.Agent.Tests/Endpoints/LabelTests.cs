using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Datapath;
using Ciliate.Policy;
using Xunit;

namespace Ciliate.Agent.Tests.Endpoints;

/// <summary>Labels that change while the container runs.</summary>
public sealed class LabelTests : IDisposable
{
    private static readonly string s_webToDb = TestPolicies.Allow("db", to: "db", from: "web", port: 5432);

    private readonly TestAgent _agent = new();
    private readonly Endpoint _db, _client;

    public LabelTests()
    {
        _agent.Apply(s_webToDb);
        _db = _agent.Add("db", "app=db");
        _client = _agent.Add("client", "app=other");
        _agent.Datapath.Calls.Clear();
    }

    public void Dispose() => _agent.Dispose();

    [Fact]
    public void A_new_identity_is_in_every_table_before_anybody_has_it_and_the_old_one_goes_last()
    {
        _agent.Apply(s_webToDb.Replace("app: web", "app: other", StringComparison.Ordinal), TestPolicies.Allow("more", to: "db", from: "web", port: 1));
        _agent.Datapath.Calls.Clear();

        Endpoint changed = Relabel("app=web");

        uint fresh = changed.Identity;
        Assert.NotEqual(_client.Identity, fresh);
        Assert.Equal(
            [$"add 1 {fresh}", "publish 2", $"ipcache {_client.IPv4}/32 {fresh}", $"ipcache {_client.IPv6}/128 {fresh}"], _agent.Datapath.Calls);
        Assert.Equal(fresh, _agent.Datapath.Published[2].Identity);
        Assert.Contains(_agent.Datapath.Published[1].Entries, entry => entry.Peer == fresh && entry.Port == 1);

        _agent.Datapath.Calls.Clear();
        _agent.Services.EndpointIdentities.CleanUp();
        _agent.Services.EndpointIdentities.CleanUp();

        Assert.Equal(["wait", $"remove 1 {_client.Identity}"], _agent.Datapath.Calls);
        Assert.Equal(0, _agent.Services.Identities.Identities.Find(_client.Identity)!.Holders);
    }

    [Fact]
    public void Who_gets_the_old_labels_before_they_are_let_go_of_has_the_old_identity_and_keeps_it()
    {
        Relabel("app=web");
        Relabel("app=other");

        _agent.Datapath.Calls.Clear();
        _agent.Services.EndpointIdentities.CleanUp();

        Assert.Equal(_client.Identity, _agent.Datapath.Published[2].Identity);
        Assert.Equal(1, _agent.Services.Identities.Identities.Find(_client.Identity)!.Holders);
        Assert.DoesNotContain(_agent.Datapath.Calls, call => call == $"remove 1 {_client.Identity}");
    }

    [Fact]
    public void An_agent_that_ends_before_they_are_let_go_of_starts_without_them()
    {
        _agent.Apply(s_webToDb.Replace("app: web", "app: other", StringComparison.Ordinal));
        Assert.Contains(_agent.Datapath.Published[1].Entries, entry => entry.Peer == _client.Identity);
        Relabel("app=web");
        Assert.Contains(_agent.Datapath.Published[1].Entries, entry => entry.Peer == _client.Identity);

        _agent.Restart();

        Assert.DoesNotContain(_agent.Datapath.Published[1].Entries, entry => entry.Peer == _client.Identity);
        Assert.Equal(0, _agent.Services.Identities.Identities.Find(_client.Identity)!.Holders);
    }

    [Fact]
    public void The_policies_of_the_new_labels_come_with_the_same_generation()
    {
        Relabel("app=db");

        Assert.Equal(_db.Identity, _agent.Datapath.Published[2].Identity);
        Assert.Equal(_agent.Datapath.Published[1].Ingress, _agent.Datapath.Published[2].Ingress);
        Assert.Single(_agent.Datapath.Calls, call => call.StartsWith("publish", StringComparison.Ordinal));
        Assert.Equal(2, _agent.Services.Identities.Identities.Find(_db.Identity)!.Holders);
    }

    [Fact]
    public void The_same_labels_change_nothing()
    {
        Relabel("app=other");

        Assert.Empty(_agent.Datapath.Calls);
    }

    [Theory]
    [InlineData("add 1")]
    [InlineData("publish 2")]
    [InlineData("ipcache")]
    public void A_change_that_fails_leaves_what_was(string at)
    {
        PolicyEntry[] before = [.. _agent.Datapath.Published[1].Entries];
        var addresses = new Dictionary<System.Net.IPNetwork, uint>(_agent.Datapath.Ipcache);
        bool failed = false;
        _agent.Datapath.Fail = call =>
        {
            if (!failed && (failed = call.StartsWith(at, StringComparison.Ordinal)))
                throw new DatapathException("told by the test");
        };

        Assert.Throws<DatapathException>(() => Relabel("app=web"));

        Assert.True(failed);
        Assert.Equal(before, _agent.Datapath.Published[1].Entries);
        Assert.Equal(addresses, _agent.Datapath.Ipcache);
        Assert.Equal(_client.Identity, _agent.Datapath.Published[2].Identity);
        Assert.Equal(_client.Labels, _agent.Services.Endpoints.Endpoints.Find(2)!.Labels);
        _agent.Restart();
        Assert.Equal(_client.Labels, _agent.Services.Endpoints.Endpoints.Find(2)!.Labels);
    }

    [Fact]
    public void A_crash_between_record_and_generation_leaves_the_old_identity_known_until_the_new_one_is_in_force()
    {
        _agent.Apply(s_webToDb.Replace("app: web", "app: other", StringComparison.Ordinal));
        // The record is new, the kernel is not.
        string record = Path.Combine(_agent.Configuration.StateDirectory, "endpoints", "2.json");
        PolicyTables running = _agent.Datapath.Published[2];
        Endpoint changed = Relabel("app=web");
        Assert.Contains("app=web", File.ReadAllText(record), StringComparison.Ordinal);
        _agent.Datapath.Published[2] = running;
        _agent.Datapath.Calls.Clear();

        _agent.Restart();

        Assert.Equal(["publish 1", "publish 2", "wait", $"remove 1 {_client.Identity}"],
            _agent.Datapath.Calls.Where(call => call.Split(' ')[0] is "publish" or "wait" or "remove"));
        Assert.Equal(changed.Identity, _agent.Datapath.Published[2].Identity);
        Assert.Equal(0, _agent.Services.Identities.Identities.Find(_client.Identity)!.Holders);
    }

    private Endpoint Relabel(params string[] labels) =>
        _agent.Services.Endpoints.Relabel(_agent.Services.Endpoints.Endpoints.Find(2)!, LabelSet.ParseUserLabels(labels));
}
