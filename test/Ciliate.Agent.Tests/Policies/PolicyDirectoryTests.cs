using Ciliate.Agent.Policies;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Policy;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Agent.Tests.Policies;

/// <summary>What lies in the followed directory when the agent starts is in force, whatever was stored.</summary>
public sealed class PolicyDirectoryTests : IDisposable
{
    private static readonly PolicyKey s_web = new(null, "web"), s_db = new(null, "db"), s_byHand = new(null, "by-hand");

    private readonly string _directory = Directory.CreateTempSubdirectory("ciliate-policies-").FullName;
    private readonly TestAgent _agent;

    public PolicyDirectoryTests()
    {
        Write("web.yaml", "web", 80);
        _agent = new TestAgent("--policy-directory", _directory);
    }

    public void Dispose()
    {
        _agent.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void What_was_written_changed_and_removed_while_no_agent_ran_is_so_after_the_start()
    {
        Write("db.yaml", "db", 5432);
        _agent.Apply(TestPolicies.Allow("by-hand", to: "web", from: "db", port: 1));
        _agent.Restart();
        Assert.Equal([s_byHand, s_db, s_web], _agent.Services.Policies.Current.Policies.Select(policy => policy.Key));

        Write("web.yaml", "web", 8080);
        File.Delete(InDirectory("db.yaml"));
        _agent.Restart();

        Assert.Equal([s_byHand, s_web], _agent.Services.Policies.Current.Policies.Select(policy => policy.Key));
        Assert.Contains("8080", _agent.Services.Policies.Current.Policies.Find(s_web)!.SourceYaml, StringComparison.Ordinal);
        _agent.Services.Policies.CleanUp();
        Assert.DoesNotContain(_agent.StateFiles, file => file.Contains("db", StringComparison.Ordinal));
    }

    [Fact]
    public void The_result_equals_a_fresh_start_on_the_same_files()
    {
        _agent.Add("db", "app=db");
        _agent.Add("web", "app=web");
        Write("db.yaml", "db", 5432);
        File.Delete(InDirectory("web.yaml"));
        _agent.Restart();
        using var fresh = new TestAgent("--policy-directory", _directory);
        fresh.Add("db", "app=db");
        fresh.Add("web", "app=web");

        Assert.Equal(fresh.Services.Policies.Current.Policies.Select(policy => policy.SourceYaml), _agent.Services.Policies.Current.Policies.Select(policy => policy.SourceYaml));
        foreach ((ushort id, Ciliate.Datapath.PolicyTables tables) in fresh.Datapath.Published)
        {
            Assert.Equal((tables.Ingress, tables.Egress), (_agent.Datapath.Published[id].Ingress, _agent.Datapath.Published[id].Egress));
            Assert.Equal(tables.Entries.Select(entry => entry with { RuleId = 0 }), _agent.Datapath.Published[id].Entries.Select(entry => entry with { RuleId = 0 }));
        }
    }

    [Fact]
    public void A_followed_policy_is_changed_by_its_file_alone()
    {
        Assert.Contains(InDirectory("web.yaml"), Refusal(() => _agent.Services.Policies.Delete(s_web)), StringComparison.Ordinal);
        Assert.Contains(InDirectory("web.yaml"), Refusal(() => _agent.Apply(TestPolicies.Allow("web", "web", "db", 9))), StringComparison.Ordinal);

        Assert.Empty(_agent.Apply(_agent.Services.Policies.Current.Policies.Find(s_web)!.SourceYaml).Changed);
        Assert.Equal(1, _agent.Services.Policies.Current.Revision);
    }

    [Fact]
    public void A_policy_that_was_applied_by_hand_is_followed_once_its_file_lies_there()
    {
        _agent.Apply(TestPolicies.Allow("db", "db", "web", 5432));
        Write("db.yaml", "db", 5432);

        PolicyOutcome outcome = _agent.Services.Policies.Follow(_agent.Services.PolicyDirectory.Read()!.Files);

        Assert.Equal([s_db], outcome.Changed);
        Assert.Equal(new PolicyOrigin(InDirectory("db.yaml"), 3, Followed: true), _agent.Services.Policies.Current.Origins[s_db]);
    }

    [Fact]
    public void Without_the_option_what_was_followed_goes()
    {
        _agent.Apply(TestPolicies.Allow("by-hand", to: "web", from: "db", port: 1));

        _agent.RestartWith();

        Assert.Equal([s_byHand], _agent.Services.Policies.Current.Policies.Select(policy => policy.Key));
    }

    [Theory]
    [InlineData("broken.yaml", "kind: [", "broken.yaml")]
    [InlineData("twice.yml", null, "policy 'web' is in")]
    [InlineData("silent.yaml", "{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: silent}, spec: {endpointSelector: {}, ingress: []}}", "policy 'silent' has a spec without a rule")]
    [InlineData("two\nlines.yaml", "", "control character")]
    public void One_bad_file_and_none_counts(string name, string? text, string told)
    {
        File.WriteAllText(InDirectory(name), text ?? TestPolicies.Allow("web", "web", "db", 81));

        string message = Refusal(() => _agent.Services.PolicyDirectory.Read()!.Files);

        Assert.StartsWith("policy-directory: ", message, StringComparison.Ordinal);
        Assert.Contains(told, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    /// <summary>As when its volume is not mounted.</summary>
    [Fact]
    public void An_empty_directory_takes_no_policy_away()
    {
        File.Delete(InDirectory("web.yaml"));

        string refusal = Refusal(() => _agent.Services.Policies.Follow(_agent.Services.PolicyDirectory.Read()!.Files));
        var start = Assert.Throws<AgentException>(_agent.Restart);

        Assert.Equal("policy-directory: it holds no policy any more, and 1 came from there; bring its files back, or start the agent with policy-directory none to do without them", refusal);
        Assert.Equal(refusal, start.Message);
        Write("web.yaml", "web", 80);
        _agent.Restart();
        Assert.Equal([s_web], _agent.Services.Policies.Current.Policies.Select(policy => policy.Key));
    }

    [Fact]
    public void A_directory_that_is_gone_is_not_an_empty_one()
    {
        Directory.Move(_directory, _directory + "-moved");
        try
        {
            Assert.Contains($"cannot read directory \"{_directory}\"", Refusal(() => _agent.Services.PolicyDirectory.Read()!.Files), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Move(_directory + "-moved", _directory);
        }
    }

    [Fact]
    public void A_pipe_is_refused_and_not_waited_for()
    {
        TestProcess.Run(null, "mkfifo", InDirectory("pipe.yaml"));

        Assert.Contains("pipe.yaml\" is not a regular file", Refusal(() => _agent.Services.PolicyDirectory.Read()!.Files), StringComparison.Ordinal);
    }

    /// <summary>As archives and images bring files: same name, same size, same time.</summary>
    [Fact]
    public void What_changes_is_seen_whatever_its_time_and_through_links()
    {
        PolicyDirectory directory = _agent.Services.PolicyDirectory;
        string elsewhere = Directory.CreateTempSubdirectory("ciliate-elsewhere-").FullName;
        string target = Path.Combine(elsewhere, "db");
        DateTime written = File.GetLastWriteTimeUtc(InDirectory("web.yaml"));
        List<string> stamps = [directory.Stamp()];
        Look(() =>
        {
            Write("web.yaml", "web", 81);
            File.SetLastWriteTimeUtc(InDirectory("web.yaml"), written);
        });
        Look(() => File.WriteAllText(target, "one"));
        Look(() => File.CreateSymbolicLink(InDirectory("db.yaml"), target));
        Look(() => File.WriteAllText(target, "two"));
        Look(() => File.Delete(target));
        Look(() => File.WriteAllText(InDirectory("new.yaml"), "new"));
        Look(() => Directory.EnumerateFiles(_directory).ToList().ForEach(File.Delete));
        Look(() => Directory.Move(_directory, _directory + "-moved"));
        Directory.Move(_directory + "-moved", _directory);
        Directory.Delete(elsewhere, recursive: true);

        // Only what lies elsewhere and is not linked yet is nothing.
        Assert.Equal(stamps.Count - 1, stamps.Distinct().Count());
        Assert.Equal(stamps[1], stamps[2]);

        void Look(Action change)
        {
            change();
            stamps.Add(directory.Stamp());
        }
    }

    [Fact]
    public void Hidden_files_and_those_of_other_kinds_are_not_read()
    {
        File.WriteAllText(InDirectory(".web.yaml.swp"), "no policy");
        File.WriteAllText(InDirectory(".hidden.yaml"), "no policy");
        File.WriteAllText(InDirectory("README"), "no policy");

        Assert.Single(_agent.Services.PolicyDirectory.Read()!.Files);
    }

    private void Write(string file, string app, int port) =>
        File.WriteAllText(InDirectory(file), TestPolicies.Allow(app, to: app, from: app == "web" ? "db" : "web", port));

    private string InDirectory(string file) => Path.Combine(_directory, file);

    private static string Refusal(Func<object> change) => Assert.Throws<AgentException>(() => { _ = change(); }).Message;
}
