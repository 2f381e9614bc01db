using Ciliate.Agent.Tests.Fakes;
using Xunit;

namespace Ciliate.Agent.Tests.Kernel;

/// <summary>An agent that starts over what one before it has left in the kernel.</summary>
[Collection(typeof(Alone))]
public sealed class StartTests : IDisposable
{
    private readonly KernelAgent _agent = new();

    public StartTests()
    {
        _agent.Apply(TestPolicies.Allow("db", to: "db", from: "web", port: 5432), TestPolicies.Allow("cache", to: "cache", from: "web", port: 6379));
        foreach (string name in new[] { "web", "db", "cache" })
            _agent.Add(_agent.RequestFor(name, $"app={name}"));
    }

    public void Dispose() => _agent.Dispose();

    [Fact]
    public void All_endpoints_share_two_programs_and_a_restarted_agent_gives_all_of_them_its_own()
    {
        _agent.KeepHouse();
        uint[] before = Observed.Running(_agent);
        _agent.Stop();
        _agent.Start();
        _agent.Add(_agent.RequestFor("new", "app=web"));
        _agent.KeepHouse();

        uint[] after = Observed.Running(_agent);
        Assert.Equal((6, 2), (before.Length, before.Distinct().Count()));
        Assert.Equal((8, 2), (after.Length, after.Distinct().Count()));
        Assert.Empty(before.Intersect(after));
    }

    [Fact]
    public void What_changed_while_there_was_no_agent_is_as_if_it_had_always_been_so()
    {
        _agent.Stop();
        string state = _agent.Configuration.StateDirectory;
        // A container that was deleted, one whose namespace ended, and a policy that says something else.
        File.Delete(Path.Combine(state, "endpoints", "3.json"));
        _agent.Containers["db"].Dispose();
        _agent.Containers.Remove("db");
        File.WriteAllText(Path.Combine(_agent.PolicyDirectory, "cache.yaml"), TestPolicies.Allow("cache", to: "web", from: "db", port: 1));
        _agent.Start();
        _agent.KeepHouse();
        string[] adopted = [.. Observed.Tables(_agent)];

        _agent.Stop();
        Directory.Delete(_agent.BpfRoot, recursive: true);
        _agent.Start();

        Assert.Equal("", Observed.Difference([.. Observed.Tables(_agent)], adopted));
        Assert.Contains(adopted, line => line.Contains("Port = 1,", StringComparison.Ordinal));
        Assert.DoesNotContain(adopted, line => line.StartsWith("row 3", StringComparison.Ordinal));
    }
}
