using Ciliate.Agent.State;
using Ciliate.Agent.Tests.Fakes;
using Xunit;

namespace Ciliate.Agent.Tests.State;

/// <summary>What a newer agent may have written and this one does not know is refused, by a line that docs/operations.md tells: a file is never half-understood.</summary>
public sealed class NewerStateTests : IDisposable
{
    private readonly TestAgent _agent = new();

    public NewerStateTests()
    {
        _agent.Apply(TestPolicies.Allow("db", to: "db", from: "web", port: 5432));
        _agent.Add("web", "app=web");
    }

    public void Dispose() => _agent.Dispose();

    [Theory]
    [InlineData("endpoints/1.json")]
    [InlineData("policies.json")]
    [InlineData("identities.journal")]
    public void A_field_that_is_not_known_is_refused_and_nothing_is_changed(string file)
    {
        string path = Path.Combine(_agent.Configuration.StateDirectory, file);
        string text = File.ReadAllText(path);
        string newer = "{\"shape\":1," + text[(text.IndexOf('{', StringComparison.Ordinal) + 1)..].TrimEnd();
        if (file == StateStore.IdentityFile)
            newer = JournalFile.Line(newer.Split('\n')[0]);
        File.WriteAllText(path, newer);

        var refusal = Assert.Throws<StateException>(_agent.Restart);

        Assert.StartsWith($"state file {path} is not valid (The JSON property 'shape' could not be mapped to any .NET member", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(newer, File.ReadAllText(path));
        File.WriteAllText(path, text);
        _agent.Restart();
        Assert.Single(_agent.Services.Endpoints.Endpoints.Rows);
    }
}
