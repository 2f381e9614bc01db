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
    public void Of_many_their_directory_is_synced_once_when_they_come_and_once_when_the_old_ones_go()
    {
        using var recorder = new FileRecorder(_agent.Root);
        foreach (int port in new[] { 80, 81 })
            _agent.Apply([.. Enumerable.Range(0, 20).Select(i => TestPolicies.Allow($"p{i}", to: "db", from: "web", port))]);

        string[] calls = [.. recorder.Calls
            .Where(call => (call.Call, Path.GetFileName(call.Path)) is ("fsync", "policies") || call.Call == "unlink" && call.Path.Contains('@'))
            .Select(call => call.Call)];
        Assert.Equal(["fsync", "fsync", .. Enumerable.Repeat("unlink", 20), "fsync"], calls);
    }

    [Fact]
    public void What_is_told_of_a_policy_is_what_was_applied()
    {
        string applied = _agent.Services.Policies.Current.Policies.Single().SourceYaml;

        _agent.Restart();

        Assert.Equal(applied, _agent.Services.Policies.Current.Policies.Single().SourceYaml);
    }
}
