using Ciliate.Bpf;
using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tailoring;
using Ciliate.Datapath.Tests.Packets;
using Xunit;

namespace Ciliate.Datapath.Tests.UserPrograms;

/// <summary>Programs of the user's inside those of the datapath, packet by packet.</summary>
public sealed class UserProgramTests : IDisposable
{
    private static readonly byte[] s_object = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "UserPrograms", "user.bpf.o"));

    private readonly Rig _rig = new Rig().Open();

    public static TheoryData<Family> Families => [Family.IPv4, Family.IPv6];

    [Theory, MemberData(nameof(Families))]
    public void What_a_container_sends_goes_by_the_program_before_any_flow_is_opened(Family family)
    {
        using var pair = Make(Web("no_udp"));
        var program = pair.Program(EndpointPrograms.FromContainer);

        _rig.Runs(program, Rig.WebId, _rig.FromWeb(family).Tcp(40000, 80, TcpFlags.Syn)).IsRedirected();
        _rig.Runs(program, Rig.WebId, _rig.FromWeb(family).Udp(40000, 80)).IsDropped(DropReason.UserProgram);

        Assert.Equal((1, 1), Seen(Web("no_udp")));
        Assert.Single(_rig.Datapath.DumpFlows());
    }

    [Theory, MemberData(nameof(Families))]
    public void What_the_stack_sends_to_a_container_goes_by_the_program_after_policy(Family family)
    {
        using var pair = Make(Db("no_udp"));
        var program = pair.Program(EndpointPrograms.ToContainer);
        var fromHost = Frame.From(Rig.Gateway).To(Rig.Db).Via(Rig.Db).Over(family);

        _rig.Runs(program, Rig.DbId, fromHost.Tcp(40000, 80, TcpFlags.Syn)).IsPassed();
        _rig.Runs(program, Rig.DbId, fromHost.Udp(40000, 80)).IsDropped(DropReason.UserProgram);
        _rig.Publish(Rig.DbId, Rig.DbIdentity, [], enforced: true);
        _rig.Runs(program, Rig.DbId, fromHost.Udp(40001, 80)).IsDropped(DropReason.PolicyDeniedIngress);

        Assert.Equal((1, 1), Seen(Db("no_udp")));
    }

    [Theory, MemberData(nameof(Families))]
    public void What_another_container_sends_is_delivered_by_the_program(Family family)
    {
        using var pair = Make(Db("no_udp"));
        _rig.Datapath.Deliveries.DeliverBy(Rig.DbId, pair.Delivery!);

        _rig.WebSends(_rig.FromWeb(family).Tcp(40000, 80, TcpFlags.Syn)).IsRedirected().OpensFlow(ReservedRules.NotEnforced);
        var dropped = _rig.WebSends(_rig.FromWeb(family).Udp(40000, 80)).IsDropped(DropReason.UserProgram);

        Assert.Equal((Rig.DbId, TrafficDirection.Ingress), (dropped.Event!.EndpointId, dropped.Event.Direction));
        Assert.Equal((1, 1), Seen(Db("no_udp")));
        _rig.Datapath.Deliveries.DeliverDirectly(Rig.DbId);
        _rig.WebSends(_rig.FromWeb(family).Udp(40000, 80)).IsRedirected();
        Assert.Equal((1, 1), Seen(Db("no_udp")));
    }

    [Fact]
    public void A_container_whose_program_is_not_there_gets_nothing_from_others()
    {
        using (var pair = Make(Db("no_udp")))
            _rig.Datapath.Deliveries.DeliverBy(Rig.DbId, pair.Delivery!);
        _rig.Datapath.Maps.UserDeliveries.Delete(Rig.DbId);

        _rig.WebSends(_rig.FromWeb(Family.IPv4).Tcp(40000, 80, TcpFlags.Syn)).IsDropped(DropReason.UserProgram);
    }

    [Theory]
    [InlineData("marks", "writes to the packet's context; a user's program only reads (at user.bpf.c:", "skb->mark = 1;)")]
    [InlineData("writes", "program writes: cannot write into packet (at user.bpf.c:", "*data = 0;)")]
    [InlineData("stores", "calls helper 9; a user's program may call map_lookup_elem, ", "skb_store_bytes(skb, 0, &zero, sizeof(zero), 0);)")]
    [InlineData("unbounded", "program unbounded: ", "user.bpf.c:")]
    [InlineData("nobody", "user.bpf.c has no program nobody; it has programs ", "unbounded, deep, nothing, roomy")]
    [InlineData(null, "user.bpf.c has programs no_udp, ", "name the one that is to judge packets")]
    public void What_is_not_fit_is_refused_in_one_line(string? program, string start, string end)
    {
        var error = Assert.Throws<DatapathException>(() => UserProgram.Check(s_object, "user.bpf.c", program));

        Assert.Contains(start, error.Message, StringComparison.Ordinal);
        Assert.Contains(end, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void What_is_no_object_is_refused_by_its_name()
    {
        var error = Assert.Throws<DatapathException>(() => UserProgram.Check("not ELF"u8.ToArray(), "notes.txt"));

        Assert.StartsWith("notes.txt: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_needs_more_stack_than_is_left_is_refused_by_the_verifier()
    {
        var error = Assert.Throws<DatapathException>(() => Make(Web("deep")));

        Assert.Contains("combined stack size", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_may_have_the_stack_that_the_documents_say()
    {
        using var egress = Make(Web("roomy"));
        using var ingress = Make(Db("roomy"));

        Assert.Null(egress.Delivery);
        Assert.NotNull(ingress.Delivery);
    }

    /// <summary>An object that comes in the place of another finds what that one had, but for its variables; a map of another shape is new.</summary>
    [Fact]
    public void Maps_of_one_name_and_shape_go_on_under_another_object()
    {
        using (var pair = Make(Db("no_udp")))
            _rig.Runs(pair.Program(EndpointPrograms.ToContainer), Rig.DbId, Frame.From(Rig.Gateway).To(Rig.Db).Via(Rig.Db).Over(Family.IPv4).Udp(40000, 80));
        var other = Db("no_udp");
        other = other with { Users = new UserHooks(null, other.Users.Ingress! with { Digest = new string('b', 64) }) };

        Make(other).Dispose();
        _rig.Datapath.PruneUserMaps([other]);

        Assert.Equal((0, 1), Seen(other));
        Assert.Empty(_rig.Datapath.ReadUserMaps(Db("no_udp")));
        _rig.Datapath.PruneUserMaps([]);
        Assert.False(Directory.Exists(Path.Combine(_rig.Root, "user")));
    }

    public void Dispose() => _rig.Dispose();

    private EndpointWiring Web(string program) => _rig.WiringOf(Rig.WebId, Rig.Web) with { Users = new UserHooks(HookOf(program), null) };

    private EndpointWiring Db(string program) => _rig.WiringOf(Rig.DbId, Rig.Db) with { Users = new UserHooks(null, HookOf(program)) };

    private static UserHook HookOf(string program) => new(s_object, new string('a', 64), "user.bpf.o", program);

    /// <summary>The programs of an endpoint, their maps pinned.</summary>
    private TailoredPair Make(EndpointWiring wiring)
    {
        var pair = _rig.Datapath.Tailor(wiring);
        pair.PinMaps();
        return pair;
    }

    /// <summary>How many packets the program kept, and how many it dropped.</summary>
    private (int Kept, int Dropped) Seen(EndpointWiring wiring)
    {
        using var map = BpfMap.OpenPinned(_rig.Datapath.ReadUserMaps(wiring).Single(row => row.Name == "seen").Path);
        var seen = map.As<uint, ulong>();
        return ((int)seen[0], (int)seen[1]);
    }
}
