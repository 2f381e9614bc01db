using System.Text.Json;
using Ciliate.Bpf;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.UserPrograms;

/// <summary>Programs as users write them, at containers that talk.</summary>
public sealed class HookTests : IDisposable
{
    private readonly UserHost _fixture = new();
    private readonly Host _host;
    private readonly Container _server, _client;

    public HookTests() => (_host, _server, _client) = (_fixture.Host, _fixture.Server, _fixture.Client);

    public void Dispose() => _fixture.Dispose();

    /// <summary>The example of the documents: its budget is changed while it runs, by whoever can write to its map.</summary>
    [Fact]
    public void A_budget_of_packets_holds_as_long_as_it_is_there()
    {
        _fixture.Hook("add", "client", "egress", UserObject.Budget(_fixture.Objects));
        _fixture.PassesUdp(_client, _server);
        Assert.Equal((2ul, 0ul), _fixture.Counted());

        using (BpfMap budget = _fixture.Map("budget"))
            budget.As<uint, uint>()[0] = 1;
        int sent = 2;
        using (var flood = new Conversation(_client.Network, _server.IPv6, 80, Transport.Udp))
        {
            Eventually.Holds(
                () =>
                {
                    flood.IsAnswered(TimeSpan.FromMilliseconds(20));
                    sent++;
                    return _fixture.Counted().Dropped > 0;
                },
                "a packet is over the budget");
        }

        (ulong kept, ulong dropped) = _fixture.Counted();
        Assert.Equal((ulong)sent, kept + dropped);
        Assert.Contains(_host.Ciliate.Observe("--verdict", "dropped"), flow => (flow.Source, flow.Reason) == ("client", "user program"));
        _host.Passes(_client, _server, 80, Family.IPv4, Transport.Tcp);

        _fixture.Remove("client", "egress");
        Assert.Empty(_fixture.Hooks());
        for (int i = 0; i < 3; i++)
            _fixture.PassesUdp(_client, _server);
    }

    /// <summary>What comes from a container is handed over by another program than what the host's stack sends.</summary>
    [Fact]
    public void What_a_container_receives_is_judged_wherever_it_comes_from_and_whatever_happens_to_the_agent()
    {
        string several = UserObject.Several(_fixture.Objects);
        _fixture.Hook("add", "server", "ingress", several, "no_udp");
        Holds();

        // As it is while no agent runs, and after one has started.
        uint map = IdOf("seen");
        (ulong Kept, ulong Dropped) before = _fixture.Counted("seen");
        _host.Agent.Kill();
        using (var unanswered = new Conversation(_client.Network, _server.IPv4, 80, Transport.Udp))
            Assert.False(unanswered.IsAnswered(TimeSpan.FromMilliseconds(150)));
        _host.Agent.Start();
        Assert.Equal(map, IdOf("seen"));
        Assert.Equal(before.Dropped + 1, _fixture.Counted("seen").Dropped);
        Holds();

        // Under another generation, and without one of the ways.
        _host.Apply(PolicyText.Ingress("server", "client"));
        Holds();
        _host.DeletePolicies();
        _fixture.Hook("replace", "server", "ingress", several, "nothing");
        _fixture.PassesUdp(_client, _server);
        _fixture.PassesUdp(_host, _server);
        _fixture.Hook("replace", "server", "ingress", several, "no_udp");
        Holds();
        _fixture.Remove("server", "ingress");
        _fixture.PassesUdp(_client, _server);
        _fixture.PassesUdp(_host, _server);

        void Holds()
        {
            _fixture.DropsUdp(_client, _server);
            _fixture.DropsUdp(_host, _server);
            // The answers are UDP too: what goes out is free, and nothing comes back.
            using var question = new Conversation(_server.Network, _client.IPv6, 80, Transport.Udp);
            Assert.False(question.IsAnswered(TimeSpan.FromMilliseconds(150)));
            Assert.Contains(_host.SeenFrom(question.SourcePort, 80), flow => !flow.Dropped);
        }
    }

    [Fact]
    public void By_clsact_it_is_the_same()
    {
        using var other = new UserHost("--hook-backend", "clsact");
        other.Hook("add", "server", "ingress", UserObject.Several(other.Objects), "no_udp");
        other.DropsUdp(other.Client, other.Server);
        other.Host.Agent.Kill();
        other.Host.Agent.Start();
        other.DropsUdp(other.Host, other.Server);

        other.Remove("server", "ingress");
        other.PassesUdp(other.Client, other.Server);
    }

    [Fact]
    public void One_at_each_way_and_nothing_is_left_of_them_when_the_container_goes()
    {
        TestNamespace guest = _host.AddNamespace("guest");
        string[] before = Traces();
        _host.Ciliate.Add("guest", guest);
        _fixture.Hook("add", "guest", "egress", UserObject.Budget(_fixture.Objects));
        _fixture.Hook("add", "guest", "ingress", UserObject.Several(_fixture.Objects), "no_udp");
        JsonElement[] hooks = _fixture.Hooks("guest");

        Assert.Equal(["ingress no_udp", "egress udp_budget"], hooks.Select(hook => $"{hook.GetProperty("at")} {hook.GetProperty("program")}"));
        Assert.Equal([".bss", "budget", "packets"], NamesOfMaps(hooks[1]));
        _host.Ciliate.Do("endpoint", "delete", "guest");

        Assert.Empty(_fixture.Hooks());
        Assert.Equal(before, Traces());
    }

    [Fact]
    public void Maps_of_the_same_name_and_shape_go_on_when_a_program_is_replaced()
    {
        _fixture.Hook("add", "client", "egress", UserObject.Budget(_fixture.Objects));
        using (BpfMap budget = _fixture.Map("budget"))
            budget.As<uint, uint>()[0] = 4711;
        (uint budgetId, uint variables) = (IdOf("budget"), IdOf(".bss"));

        _fixture.Hook("replace", "client", "egress", UserObject.Budget(_fixture.Objects, "-O1"));

        Assert.Equal(budgetId, IdOf("budget"));
        Assert.NotEqual(variables, IdOf(".bss"));
        using BpfMap now = _fixture.Map("budget");
        Assert.Equal(4711u, now.As<uint, uint>()[0]);
        Assert.Single(Directory.GetFiles(Path.Combine(_host.Roots.State, "objects")));
    }

    [Fact]
    public void What_is_not_fit_is_refused_in_a_line_and_changes_nothing()
    {
        string several = UserObject.Several(_fixture.Objects);
        string[] before = Traces();

        Refused("cannot write into packet (at user.bpf.c:", "add", "--object", several, "--program", "writes");
        Refused("several.o: together with the container's own program it is refused: program from_container: combined stack size", "add", "--object", several, "--program", "deep");
        Refused("(at user.bpf.c:", "add", "--object", several, "--program", "unbounded");
        Refused("name the one that is to judge packets", "add", "--object", several);
        Refused("notes.txt: ", "add", "--object", _host.Roots.Write("notes.txt", "no object"));
        Refused("an object of a user's program may have 1048576", "add", "--object", _host.Roots.Write("large.o", new string('x', (1 << 20) + 1)));
        Refused("has no program", "replace", "--object", several, "--program", "no_udp");
        Refused("has no program", "remove");

        Assert.Equal(before, Traces());
        _fixture.PassesUdp(_client, _server);
        _fixture.Hook("add", "client", "egress", several, "no_udp");
        Refused("use replace", "add", "--object", several, "--program", "no_udp");

        void Refused(string why, string verb, params string[] arguments) => Assert.Contains(
            why, _host.Ciliate.Refused(["endpoint", "hook", verb, "client", "--at", "egress", .. arguments]), StringComparison.Ordinal);
    }

    /// <summary>Without the records of hooks, which the agent moves from one kind to the other in the background.</summary>
    private string[] Traces() => [.. _host.Traces().Where(trace => !trace.Contains("_container", StringComparison.Ordinal) && !trace.Contains("clsact@", StringComparison.Ordinal))];

    private uint IdOf(string map)
    {
        using BpfMap opened = _fixture.Map(map);
        return opened.Info.Id;
    }

    private static string?[] NamesOfMaps(JsonElement hook) => [.. hook.GetProperty("maps").EnumerateArray().Select(map => map.GetProperty("name").GetString())];
}
