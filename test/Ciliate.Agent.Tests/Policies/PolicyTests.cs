using Ciliate.Agent.Policies;
using Ciliate.Agent.State;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Datapath;
using Ciliate.Policy;
using Xunit;

namespace Ciliate.Agent.Tests.Policies;

public sealed class PolicyTests : IDisposable
{
    private static readonly string s_webToDb = TestPolicies.Allow("db", to: "db", from: "web", port: 5432);

    private readonly TestAgent _agent = new();

    public void Dispose() => _agent.Dispose();

    [Fact]
    public void Only_endpoints_whose_tables_change_get_a_new_generation()
    {
        _agent.Add("db", "app=db");
        _agent.Add("web", "app=web");
        _agent.Datapath.Calls.Clear();

        PolicyOutcome outcome = _agent.Apply(s_webToDb);

        Assert.Equal(["publish 1"], _agent.Datapath.Calls);
        Assert.Equal([(ushort)1], outcome.Regenerated);
        Assert.Equal([new PolicyKey(null, "db")], outcome.Created);
        Assert.Equal(1, outcome.Revision);
        PolicyTables tables = _agent.Datapath.Published[1];
        Assert.Equal(new DirectionDefault(true, ReservedRules.DefaultDeny), tables.Ingress);
        Assert.Equal(new DirectionDefault(false, ReservedRules.NotEnforced), tables.Egress);
        PolicyEntry entry = Assert.Single(tables.Entries, entry => entry.RuleId != ReservedRules.HostAccess);
        Assert.Equal((257u, (byte)6, (ushort)5432, (byte)16, false), (entry.Peer, entry.Protocol, entry.Port, entry.PortPrefixLength, entry.Deny));
        Assert.Equal("db/ingress[0]", _agent.Services.Rules.TextOf(entry.RuleId));
    }

    [Fact]
    public void What_is_applied_again_in_the_same_words_changes_nothing()
    {
        _agent.Apply(s_webToDb);
        _agent.Datapath.Calls.Clear();

        PolicyOutcome outcome = _agent.Apply(s_webToDb);

        Assert.Equal((1, 1), (outcome.Revision, outcome.Unchanged.Count));
        Assert.Empty(_agent.Datapath.Calls);
    }

    [Fact]
    public void All_policies_of_one_request_are_in_force_or_none()
    {
        _agent.Apply(s_webToDb);
        _agent.Add("db", "app=db");
        _agent.Add("web", "app=web");
        PolicyTables before = _agent.Datapath.Published[1];
        IReadOnlyList<string> files = _agent.StateFiles;
        bool failed = false;
        _agent.Datapath.Fail = call =>
        {
            if (!failed && (failed = call == "publish 2"))
                throw new DatapathException("told by the test");
        };

        Assert.Throws<DatapathException>(() => _agent.Apply(
            TestPolicies.Allow("db", to: "db", from: "web", port: 1), TestPolicies.Allow("web", to: "web", from: "db", port: 2)));

        Assert.Equal(before.Entries, _agent.Datapath.Published[1].Entries);
        Assert.False(_agent.Datapath.Published[2].Ingress.Enforced);
        Assert.Equal(files, _agent.StateFiles);
        Assert.Equal(1, _agent.Services.Policies.Current.Revision);
        _agent.Restart();
        Assert.Equal(before.Entries, _agent.Datapath.Published[1].Entries);
    }

    [Fact]
    public void A_new_identity_is_in_every_table_before_an_address_maps_to_it()
    {
        _agent.Apply(s_webToDb);
        _agent.Add("db", "app=db");
        _agent.Datapath.Calls.Clear();

        _agent.Add("web", "app=web");

        Assert.Equal(
            ["attach 2", "add 1 257", "publish 2", "ipcache 10.101.0.3/32 257", "ipcache fd00:101::3/128 257"], _agent.Datapath.Calls);
    }

    [Fact]
    public void A_known_identity_changes_no_table()
    {
        _agent.Apply(s_webToDb);
        _agent.Add("db", "app=db");
        _agent.Add("web1", "app=web");
        _agent.Datapath.Calls.Clear();

        _agent.Add("web2", "app=web");

        Assert.DoesNotContain(_agent.Datapath.Calls, call => call.StartsWith("add", StringComparison.Ordinal));
    }

    [Fact]
    public void The_last_one_of_an_identity_leaves_the_map_before_the_tables()
    {
        _agent.Apply(s_webToDb);
        _agent.Add("db", "app=db");
        var one = _agent.Add("web1", "app=web");
        var two = _agent.Add("web2", "app=web");
        _agent.Datapath.Calls.Clear();

        _agent.Services.Endpoints.Delete(one);
        Assert.DoesNotContain(_agent.Datapath.Calls, call => call.StartsWith("remove", StringComparison.Ordinal));
        _agent.Datapath.Calls.Clear();
        _agent.Services.Endpoints.Delete(two);

        Assert.Equal(["uncache 10.101.0.4/32", "uncache fd00:101::4/128", "detach 3", "wait", "remove 1 257"], _agent.Datapath.Calls);
        Assert.DoesNotContain(_agent.Datapath.Published[1].Entries, entry => entry.Peer == 257);
    }

    [Fact]
    public void Incremental_entries_are_those_of_a_whole_generation()
    {
        _agent.Apply(s_webToDb);
        _agent.Add("db", "app=db");
        _agent.Add("web", "app=web");
        HashSet<PolicyEntry> grown = [.. _agent.Datapath.Published[1].Entries];

        _agent.Restart();

        Assert.Equal(grown, [.. _agent.Datapath.Published[1].Entries]);
    }

    [Fact]
    public void Deleting_a_policy_opens_what_it_closed_and_keeps_its_rules_name_for_late_events()
    {
        _agent.Apply(s_webToDb);
        _agent.Add("db", "app=db");
        _agent.Add("web", "app=web");
        uint rule = _agent.Datapath.Published[1].Entries.Max(entry => entry.RuleId);

        PolicyOutcome outcome = _agent.Services.Policies.Delete(new PolicyKey(null, "db"));

        Assert.False(_agent.Datapath.Published[1].Ingress.Enforced);
        Assert.Equal((2, 1), (outcome.Revision, outcome.Regenerated.Count));
        Assert.Equal("db/ingress[0]", _agent.Services.Rules.TextOf(rule));
        Assert.DoesNotContain("policies/_db@1.yaml", _agent.StateFiles);
    }

    [Fact]
    public void A_rule_keeps_its_number_while_its_policy_exists()
    {
        _agent.Apply(s_webToDb);
        _agent.Add("db", "app=db");
        _agent.Add("web", "app=web");
        uint before = _agent.Datapath.Published[1].Entries.Max(entry => entry.RuleId);

        _agent.Apply(TestPolicies.Allow("aaa", to: "web", from: "db", port: 1), TestPolicies.Allow("db", to: "db", from: "web", port: 99));

        PolicyEntry entry = Assert.Single(_agent.Datapath.Published[1].Entries, entry => entry.Port == 99);
        Assert.Equal(before, entry.RuleId);
    }

    [Theory]
    [InlineData("policies/_db@1.yaml", "of policy 'db' is missing")]
    [InlineData("policies.json", "is missing, but there is ")]
    public void A_policy_or_an_index_that_was_lost_is_named_and_nothing_starts(string file, string problem)
    {
        _agent.Apply(s_webToDb);
        string path = Path.Combine(_agent.Configuration.StateDirectory, file);
        File.Delete(path);

        var error = Assert.Throws<StateException>(_agent.Restart);

        Assert.StartsWith($"state file {path} {problem}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_file_that_the_index_does_not_name_is_what_a_crash_left_and_is_not_in_force()
    {
        _agent.Apply(s_webToDb);
        File.WriteAllText(Path.Combine(_agent.Configuration.StateDirectory, "policies", "_torn.yaml"), "apiVersion:");

        _agent.Restart();

        Assert.Equal(new PolicyKey(null, "db"), Assert.Single(_agent.Services.Policies.Current.Policies).Key);
    }

    [Fact]
    public void A_file_that_a_crash_left_is_kept_when_a_change_takes_its_place()
    {
        _agent.Apply(s_webToDb);
        string left = Path.Combine(_agent.Configuration.StateDirectory, "policies", "_db@2.yaml");
        File.WriteAllText(left, "apiVersion:");
        _agent.Restart();

        _agent.Apply(TestPolicies.Allow("db", to: "db", from: "web", port: 99));
        _agent.Restart();

        Assert.Equal(["policies/_db@2.yaml"], _agent.StateFiles.Where(file => file.StartsWith("policies/", StringComparison.Ordinal)));
    }

    [Fact]
    public void Policies_with_the_longest_names_are_stored_side_by_side()
    {
        string name = string.Join('.', Enumerable.Repeat(new string('a', 62), 4));
        string[] policies = [.. new[] { "b", "c" }.Select(last => TestPolicies.Allow(name + last, to: "db", from: "web", port: 1))];

        _agent.Apply(policies);
        _agent.Restart();

        Assert.Equal([name + "b", name + "c"], _agent.Services.Policies.Current.Policies.Select(policy => policy.Key.Name).Order());
    }

    [Fact]
    public void A_policy_that_is_not_there_cannot_be_deleted()
    {
        var error = Assert.Throws<AgentException>(() => _agent.Services.Policies.Delete(new PolicyKey("shop", "db")));

        Assert.Equal(AgentError.NotFound, error.Kind);
        Assert.StartsWith("there is no policy 'shop/db'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_host_reaches_its_containers_unless_the_option_says_no()
    {
        using var strict = new TestAgent("--allow-host-ingress", "false");
        foreach (TestAgent agent in new[] { _agent, strict })
        {
            agent.Apply(s_webToDb);
            agent.Add("db", "app=db");
        }

        Assert.Contains(_agent.Datapath.Published[1].Entries, entry => entry is { Peer: ReservedIdentities.Host, RuleId: ReservedRules.HostAccess });
        Assert.DoesNotContain(strict.Datapath.Published[1].Entries, entry => entry.Peer == ReservedIdentities.Host);
    }
}
