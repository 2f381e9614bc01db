using Ciliate.Agent.State;
using Ciliate.Agent.Tests.Fakes;
using Xunit;

namespace Ciliate.Agent.Tests.State;

/// <summary>A policy's file that is not as it was written says something else, mostly less: nobody goes by it.</summary>
public sealed class PolicyFileTests : IDisposable
{
    private readonly TestAgent _agent = new();

    public PolicyFileTests() => _agent.Apply(TestPolicies.Allow("db", to: "db", from: "web", port: 5432));

    public void Dispose() => _agent.Dispose();

    [Fact]
    public void Cut_anywhere_it_is_named_and_the_agent_does_not_start()
    {
        string path = Directory.GetFiles(Path.Combine(_agent.Configuration.StateDirectory, "policies")).Single();
        byte[] whole = File.ReadAllBytes(path);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            var refusal = Assert.Throws<StateException>(_agent.Restart);
            Assert.StartsWith($"state file {path} is not valid (it is not as it was written", refusal.Message, StringComparison.Ordinal);
        }

        File.WriteAllBytes(path, whole);
        _agent.Restart();
        Assert.Single(_agent.Services.Policies.Current.Policies);
    }

    [Fact]
    public void What_is_told_of_a_policy_is_what_was_applied()
    {
        string applied = _agent.Services.Policies.Current.Policies.Single().SourceYaml;

        _agent.Restart();

        Assert.Equal(applied, _agent.Services.Policies.Current.Policies.Single().SourceYaml);
    }
}
