using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Datapath;
using Xunit;

namespace Ciliate.Agent.Tests.Endpoints;

/// <summary>Each call to the datapath fails once, and each time nothing half-done is left.</summary>
public sealed class RollbackTests : IDisposable
{
    private readonly TestAgent _agent = new();
    private readonly Endpoint _first;

    public RollbackTests()
    {
        _agent.Apply(TestPolicies.Allow("db", to: "db", from: "web", port: 5432));
        _first = _agent.Add("db", "app=db");
    }

    public void Dispose() => _agent.Dispose();

    [Theory]
    [InlineData("attach 2")]
    [InlineData("add 1 257")]
    [InlineData("publish 2")]
    [InlineData("ipcache 10.101.0.3/32 257")]
    [InlineData("ipcache fd00:101::3/128 257")]
    public void An_add_that_fails_anywhere_leaves_what_was_before(string failing)
    {
        State before = Look();
        _agent.Datapath.Fail = call => Throw(call == failing);

        var error = Assert.Throws<DatapathException>(() => _agent.Add("web", "app=web"));

        Assert.Equal("told by the test", error.Message);
        AssertEqual(before, Look());
    }

    [Fact]
    public void An_add_whose_record_cannot_be_written_leaves_what_was_before()
    {
        State before = Look();
        // A directory in the place of the file: the kernel refuses the rename.
        string obstacle = Path.Combine(_agent.Configuration.StateDirectory, "endpoints", "2.json");
        Directory.CreateDirectory(obstacle);

        var error = Assert.Throws<AgentException>(() => _agent.Add("web", "app=web"));

        Assert.Contains(obstacle, error.Message, StringComparison.Ordinal);
        Directory.Delete(obstacle);
        AssertEqual(before, Look());
    }

    [Fact]
    public void After_a_failure_the_same_endpoint_can_be_added()
    {
        bool failed = false;
        _agent.Datapath.Fail = call => Throw(!failed && (failed = call == "publish 2"));
        Assert.Throws<DatapathException>(() => _agent.Add("web", "app=web"));

        Endpoint added = _agent.Add("web", "app=web");

        Assert.Equal(EndpointState.Ready, added.State);
        Assert.Contains(_agent.Datapath.Published[1].Entries, entry => entry.Peer == added.Identity);
    }

    [Theory]
    [InlineData("uncache 10.101.0.2/32")]
    [InlineData("uncache fd00:101::2/128")]
    [InlineData("detach 1")]
    public void A_delete_that_fails_anywhere_can_be_done_again(string failing)
    {
        bool failed = false;
        _agent.Datapath.Fail = call => Throw(!failed && (failed = call == failing));
        Assert.Throws<DatapathException>(() => _agent.Services.Endpoints.Delete(_first));
        Assert.NotNull(_agent.Services.Endpoints.Endpoints.Find(1));

        _agent.Services.Endpoints.Delete(_first);

        Assert.Equal(["cil_host", "cil_net"], _agent.HostLinks);
        Assert.Empty(_agent.Datapath.Attached);
        Assert.All(_agent.Services.Addresses.Pools, pool => Assert.Equal(0, pool.Given));
    }

    private static void Throw(bool now)
    {
        if (now)
            throw new DatapathException("told by the test");
    }

    private State Look() => new(
        _agent.HostLinks,
        _agent.StateFiles,
        [.. _agent.Datapath.Attached.Keys],
        [.. _agent.Datapath.Ipcache.Keys.Select(prefix => prefix.ToString()).Order()],
        [.. _agent.Datapath.Published[1].Entries],
        [.. _agent.Services.Identities.Identities.Rows.Where(row => row.Holders > 0).Select(row => row.Id)],
        [.. _agent.Services.Addresses.Pools.Select(pool => pool.Given)]);

    private static void AssertEqual(State expected, State actual)
    {
        Assert.Equal(expected.Links, actual.Links);
        Assert.Equal(expected.Files, actual.Files);
        Assert.Equal(expected.Attached, actual.Attached);
        Assert.Equal(expected.Ipcache, actual.Ipcache);
        Assert.Equal(expected.Entries, actual.Entries);
        Assert.Equal(expected.Identities, actual.Identities);
        Assert.Equal(expected.Given, actual.Given);
    }

    private sealed record State(
        IReadOnlyList<string> Links, IReadOnlyList<string> Files, IReadOnlyList<ushort> Attached, IReadOnlyList<string> Ipcache,
        IReadOnlyList<PolicyEntry> Entries, IReadOnlyList<uint> Identities, IReadOnlyList<int> Given);
}
