using Ciliate.Agent.Endpoints;
using Ciliate.Agent.State;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Linux;
using Ciliate.Linux.Interop;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Agent.Tests.State;

/// <summary>State files that somebody takes away under a running agent: changes go on, and the next start finds what the agent knew.</summary>
public sealed class StateKeeperTests : IDisposable
{
    private readonly TestAgent _agent = new();
    private readonly TestNamespace _container;

    public StateKeeperTests()
    {
        _agent.Apply(TestPolicies.Allow("db", to: "db", from: "web", port: 80), TestPolicies.Allow("web", to: "web", from: "db", port: 81));
        _agent.Add("web", "app=web");
        _agent.Add("db", "app=db");
        _container = _agent.NewContainer();
    }

    public void Dispose() => _agent.Dispose();

    public static TheoryData<string> Refusals => ["policy", "labels", "endpoint"];

    /// <summary>From some call on the disk takes nothing, so that the change is refused and cannot be taken back either.</summary>
    [Theory, MemberData(nameof(Refusals))]
    public void What_was_refused_and_could_not_be_taken_back_is_not_found_at_the_next_start(string what)
    {
        string[] before = Known();
        for (int from = 1; BreakDown(from, () => Change(what)); from++)
        {
            _agent.Services.State.Check();
            _agent.Services.Policies.CleanUp();
            Assert.Equal(before, Known());
            _agent.Restart();
            Assert.Equal(before, Known());
        }
    }

    private void Change(string what)
    {
        if (what == "policy")
            _agent.Apply(TestPolicies.Allow("db", to: "db", from: "web", port: 99), TestPolicies.Allow("new", to: "db", from: "web", port: 98));
        else if (what == "labels")
            _agent.Services.Endpoints.Relabel(_agent.Services.Endpoints.Endpoints.Rows.First(row => row.Name == "web"), Policy.LabelSet.Parse(["app=other"]));
        else
            _agent.Add(_container, "new", "app=new");
    }

    private string[] Known() =>
    [
        .. _agent.Services.Endpoints.Endpoints.Rows.Select(row => $"{row.Name} {row.State} {row.Labels}").Order(),
        .. _agent.Services.Policies.Current.Policies.Select(policy => policy.SourceYaml),
    ];

    /// <summary>Whether the disk broke down before the change came to its end.</summary>
    private static bool BreakDown(int from, Action change)
    {
        int calls = 0;
        using (FaultSeam.Consult(call => call.Name is "fsync" or "rename" or "write" or "unlink" && !call.Path.StartsWith("/proc/", StringComparison.Ordinal) && ++calls >= from ? Errno.EIO : 0))
        {
            try
            {
                change();
            }
            catch (AgentException)
            {
                return true;
            }
        }

        return false;
    }

    public static TheoryData<string> Losses => ["", "policies", "endpoints", "policies.json", "identities.journal", "policies and made anew", "identities.journal cut"];

    [Theory, MemberData(nameof(Losses))]
    public void The_next_change_is_taken_and_all_is_there_again(string loss)
    {
        TakeAway(loss);

        _agent.Apply(TestPolicies.Allow("db", to: "db", from: "web", port: 82));
        _agent.Services.State.Check();

        AssertWhole("82");
    }

    [Theory, MemberData(nameof(Losses))]
    public void An_endpoint_comes_and_all_is_there_again(string loss)
    {
        TakeAway(loss);

        Endpoint added = _agent.Add(_container, "new", "app=new");
        _agent.Services.State.Check();

        Assert.Equal(added.Identity, AssertWhole("80").Single(endpoint => endpoint.Name == "new").Identity);
    }

    [Theory, MemberData(nameof(Losses))]
    [InlineData("policies/_db@1.yaml")]
    [InlineData("endpoints/1.json")]
    public void Without_a_change_all_is_there_again(string loss)
    {
        _agent.Services.State.Check();
        TakeAway(loss);

        _agent.Services.State.Check();

        AssertWhole("80");
        Assert.Empty(_agent.Services.Health.Problems);
    }

    [Fact]
    public void What_cannot_be_made_again_is_refused_and_told()
    {
        TakeAway("policies");
        File.WriteAllText(Path("policies"), "in the way");

        string refusal = Assert.Throws<AgentException>(() => _agent.Apply(TestPolicies.Allow("new", to: "db", from: "web", port: 83))).Message;

        Assert.StartsWith($"cannot write state file {_agent.Configuration.StateDirectory}: make directory {Path("policies")}", refusal, StringComparison.Ordinal);
        Assert.StartsWith(
            $"the state directory {_agent.Configuration.StateDirectory} takes no changes (", Assert.Single(_agent.Services.Health.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_record_of_an_endpoint_that_was_deleted_by_half_stays_away()
    {
        Endpoint web = _agent.Services.Endpoints.Endpoints.Rows.First();
        _agent.Datapath.Fail = call =>
        {
            if (call.StartsWith("detach", StringComparison.Ordinal))
                throw new Datapath.DatapathException("told by the test");
        };
        Assert.Throws<Datapath.DatapathException>(() => _agent.Services.Endpoints.Delete(web));
        _agent.Datapath.Fail = null;

        _agent.Services.State.Check();

        Assert.DoesNotContain("endpoints/1.json", _agent.StateFiles);
    }

    private string Path(string file) => System.IO.Path.Combine(_agent.Configuration.StateDirectory, file);

    private void TakeAway(string loss)
    {
        string[] words = loss.Split(' ', 2);
        string path = Path(words[0]);
        if (loss == "identities.journal cut")
            File.WriteAllBytes(path, []);
        else if (File.Exists(path))
            File.Delete(path);
        else
            Directory.Delete(path, recursive: true);
        if (loss == "policies and made anew")
            Directory.CreateDirectory(path);
    }

    /// <summary>A restarted agent has what the one before had, and the numbers stand on the disk.</summary>
    /// <param name="port">Of the policy db.</param>
    private Endpoint[] AssertWhole(string port)
    {
        Endpoint[] before = [.. _agent.Services.Endpoints.Endpoints.Rows];
        uint[] numbers = [.. _agent.Services.Identities.Identities.Rows.Select(row => row.Id)];

        _agent.Restart();

        Endpoint[] after = [.. _agent.Services.Endpoints.Endpoints.Rows];
        Assert.Equal(before.Select(row => (row.Id, row.Name, row.Identity)), after.Select(row => (row.Id, row.Name, row.Identity)));
        Assert.Equal(numbers, new StateStore(_agent.Configuration.StateDirectory).ReadIdentities(out _).Identities.Select(identity => identity.Id));
        Assert.Equal(["db", "web"], _agent.Services.Policies.Current.Policies.Select(policy => policy.Key.Name));
        Assert.Contains($"\"{port}\"", _agent.Services.Policies.Current.Policies.First().SourceYaml, StringComparison.Ordinal);
        return after;
    }
}
