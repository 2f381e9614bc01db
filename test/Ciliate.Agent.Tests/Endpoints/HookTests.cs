using Ciliate.Agent.Endpoints;
using Ciliate.Agent.State;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Datapath;
using Xunit;

namespace Ciliate.Agent.Tests.Endpoints;

/// <summary>What is kept of the programs of the user's, and what becomes of it.</summary>
public sealed class HookTests : IDisposable
{
    private readonly TestAgent _agent = new();

    public HookTests()
    {
        Endpoint web = _agent.Add("web", "app=web");
        _agent.Services.Hooks.Add(web, TrafficDirection.Ingress, UserObjectFile.Request("no_udp"));
    }

    private Endpoint Web => _agent.Services.Endpoints.Endpoints.Rows.Single();

    private string Object => Directory.GetFiles(Path.Combine(_agent.Configuration.StateDirectory, "objects")).Single();

    public void Dispose() => _agent.Dispose();

    [Fact]
    public void A_restarted_agent_attaches_it_again()
    {
        EndpointHook before = Web.HookAt(TrafficDirection.Ingress)!;

        _agent.Restart();

        EndpointHook now = Web.HookAt(TrafficDirection.Ingress)!;
        Assert.Equal((before.Added, before.Program.Digest, "user.o", "no_udp"), (now.Added, now.Program.Digest, now.Program.File, now.Program.Program));
        Assert.Equal(now.Program, _agent.Datapath.Attached[Web.Id].Users.Ingress);
        Assert.Null(_agent.Datapath.Attached[Web.Id].Users.Egress);
    }

    [Theory]
    [InlineData(false, "is missing")]
    [InlineData(true, "does not have the SHA-256 that it is named by")]
    public void Without_its_object_no_agent_starts(bool torn, string problem)
    {
        string path = Object;
        byte[] content = File.ReadAllBytes(path);
        File.Delete(path);
        if (torn)
            File.WriteAllBytes(path, content[..^1]);

        var refusal = Assert.Throws<StateException>(_agent.Restart);

        Assert.StartsWith($"state file {path}, which a user's program at an endpoint is from, {problem}", refusal.Message, StringComparison.Ordinal);
        File.WriteAllBytes(path, content);
        _agent.Restart();
    }

    [Fact]
    public void An_object_that_somebody_took_away_is_written_again()
    {
        string path = Object;
        byte[] content = File.ReadAllBytes(path);
        _agent.Services.State.Check();
        File.Delete(path);

        _agent.Services.State.Check();

        Assert.Equal(content, File.ReadAllBytes(path));
    }

    [Fact]
    public void Endpoints_share_an_object_and_the_last_one_takes_it_along()
    {
        Endpoint other = _agent.Add("other", "app=other");
        _agent.Services.Hooks.Add(other, TrafficDirection.Egress, UserObjectFile.Request("nothing"));
        Assert.NotNull(Object);

        _agent.Services.Hooks.Remove(Web(_agent, "web"), TrafficDirection.Ingress);
        Assert.NotNull(Object);
        _agent.Services.Endpoints.Delete(Web(_agent, "other"));
        _agent.Services.Hooks.CleanUp();

        Assert.DoesNotContain(_agent.StateFiles, file => file.StartsWith("objects/", StringComparison.Ordinal));

        static Endpoint Web(TestAgent agent, string name) => agent.Services.Endpoints.Endpoints.Rows.Single(row => row.Name == name);
    }

    /// <summary>An endpoint's file that could not be taken back names it.</summary>
    [Fact]
    public void No_object_goes_while_the_disk_owes_a_file()
    {
        var store = new StateStore(_agent.Configuration.StateDirectory);
        var objects = new UserObjects(store, new Table<ushort, Endpoint>());
        bool refuses = true;
        Assert.Throws<AgentException>(() => store.TakeBack("endpoints/1.json", () =>
        {
            if (refuses)
                throw new AgentException(AgentError.Failed, "told by the test");
        }));

        objects.RemoveUnused();
        Assert.NotNull(Object);
        refuses = false;
        store.PayOwed();
        objects.RemoveUnused();

        Assert.Empty(Directory.GetFiles(Path.Combine(_agent.Configuration.StateDirectory, "objects")));
    }

    [Fact]
    public void What_the_kernel_refuses_to_attach_leaves_the_one_before()
    {
        string[] files = [.. _agent.StateFiles];
        EndpointHook before = Web.HookAt(TrafficDirection.Ingress)!;
        int failures = 1;
        _agent.Datapath.Fail = call =>
        {
            if (call == $"attach {Web.Id}" && failures-- > 0)
                throw new DatapathException("told by the test");
        };

        Assert.Throws<DatapathException>(
            () => _agent.Services.Hooks.Replace(Web, TrafficDirection.Ingress, UserObjectFile.Request("nothing")));

        Assert.Equal(before, Web.HookAt(TrafficDirection.Ingress));
        Assert.Equal(before.Program, _agent.Datapath.Attached[Web.Id].Users.Ingress);
        Assert.Equal(files, _agent.StateFiles);
        Assert.Null(Web.Problem);
    }

    [Fact]
    public void What_cannot_be_made_after_a_restart_stays_as_it_was_and_is_tried_again()
    {
        _agent.Datapath.InterfaceLives = _ => true;
        _agent.Datapath.Fail = call =>
        {
            if (call == "prepare 1")
                throw new DatapathException("told by the test");
        };
        _agent.Restart();
        Assert.Equal((EndpointState.Ready, "told by the test"), (Web.State, Web.Problem));

        _agent.Datapath.Fail = null;
        _agent.Services.RetryAdoption();

        Assert.Null(Web.Problem);
        Assert.NotNull(_agent.Datapath.Attached[Web.Id].Users.Ingress);
    }
}
