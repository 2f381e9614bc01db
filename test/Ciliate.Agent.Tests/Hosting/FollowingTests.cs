using Ciliate.Agent.Hosting;
using Ciliate.Agent.Policies;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Datapath;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Agent.Tests.Hosting;

/// <summary>What a running agent does about changes around it.</summary>
public sealed class FollowingTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("ciliate-policies-").FullName;
    private readonly TestAgent _agent;
    private readonly LogLines _log = new();

    public FollowingTests()
    {
        foreach (string name in new[] { "one", "two", "three" })
            Write(name, 80);
        _agent = new TestAgent("--policy-directory", _directory);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _agent.Dispose();
        _log.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>The reading that is handed on says something else than the files, by which it is known.</summary>
    [Fact]
    public async Task A_directory_that_was_read_is_not_read_again_until_it_changes()
    {
        PolicyReading read = _agent.Services.PolicyDirectory.Read()!;
        var handed = new PolicyReading(read.Stamp, [.. read.Files.Skip(1)]);
        await using RunningAgent running = await StartAsync(TimeProvider.System, handed);
        // Rounds of looking go by in that time, and none may find anything to do.
        await Task.Delay(TimeSpan.FromSeconds(1), Cancellation);

        Write("new", 81);
        Eventually.Holds(() => Changes().Any(line => line.Contains(" 4 policies", StringComparison.Ordinal)), "the new file is followed", s_patience);

        Assert.Collection(
            Changes(),
            line => Assert.Contains(" 2 policies", line, StringComparison.Ordinal),
            line => Assert.Contains(" 4 policies", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_read_before_a_change_does_not_count()
    {
        PolicyReading before = _agent.Services.PolicyDirectory.Read()!;
        Write("new", 81);

        await using RunningAgent running = await StartAsync(new StoppedClock(), before);

        Assert.Contains(" 4 policies", Assert.Single(Changes()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_policy_that_goes_with_its_file_is_logged_with_it()
    {
        File.Delete(FileOf("three"));
        await using RunningAgent running = await StartAsync(TimeProvider.System, null);
        File.Delete(FileOf("two"));

        foreach (string name in new[] { "three", "two" })
        {
            string line = $"policy {name} is no longer in force: it is gone from the policy directory, where it was in {FileOf(name)}";
            Eventually.Holds(() => _log.Lines.Contains(line), line, s_patience);
        }
    }

    /// <summary>No round of housekeeping comes.</summary>
    [Fact]
    public async Task What_fails_at_a_change_is_told_at_once()
    {
        _agent.Datapath.Fail = call =>
        {
            if (call == "uplinks lan0")
                throw new DatapathException("told by the test");
        };
        await using RunningAgent running = await StartAsync(new StoppedClock(), null);

        Netlink.Link link = _agent.Host.Route.CreateBridge("lan0");
        _agent.Host.Route.AddAddress(link.Index, System.Net.IPAddress.Parse("198.51.100.2"), 24);
        _agent.Host.Route.SetUp(link.Index);
        _agent.Host.Route.AddRoute(
            Netlink.RouteSpec.Default(System.Net.Sockets.AddressFamily.InterNetwork) with { Gateway = System.Net.IPAddress.Parse("198.51.100.1"), LinkIndex = link.Index });

        var client = new Ciliate.Api.AgentClient(_agent.Configuration.Socket);
        Eventually.Holds(
            () => client.GetStatusAsync(Cancellation).GetAwaiter().GetResult().Ciliate.Message == "following the uplinks fails and is tried again: told by the test",
            "the failure is told", s_patience);
    }

    private Task<RunningAgent> StartAsync(TimeProvider time, PolicyReading? followed) => RunningAgent.StartAsync(
        _agent.Configuration, _agent.Host.Namespace, _agent.Datapath, time, _log, Cancellation, followed: followed);

    private string[] Changes() => [.. _log.Lines.Where(line => line.StartsWith("policies are at revision", StringComparison.Ordinal))];

    private string FileOf(string name) => Path.Combine(_directory, name + ".yaml");

    private void Write(string name, int port) => File.WriteAllText(FileOf(name), TestPolicies.Allow(name, to: "db", from: "web", port));
}
