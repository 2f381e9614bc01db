using Ciliate.Bpf;
using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tests.Packets;
using Xunit;

namespace Ciliate.Datapath.Tests.UserPrograms;

/// <summary>Programs of the user's inside those of the datapath, packet by packet.</summary>
public sealed class UserProgramTests : IDisposable
{
    private const string DeliverToContainer = "deliver_to_container";

    private static readonly byte[] s_object = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "UserPrograms", "user.bpf.o"));

    private readonly Rig _rig = new Rig().Open();
    private readonly BpfLoader _loader = new();
    private readonly UserProgram _noUdp = UserProgram.Check(s_object, "user.bpf.o", "no_udp");
    private readonly LoadedObject _maps;

    public UserProgramTests() => _maps = _noUdp.MakeMaps(_loader, new Dictionary<string, BpfMap>());

    public static TheoryData<Family> Families => [Family.IPv4, Family.IPv6];

    [Theory, MemberData(nameof(Families))]
    public void What_a_container_sends_goes_by_the_program_before_any_flow_is_opened(Family family)
    {
        using var loaded = Load(EndpointPrograms.FromContainer, TrafficDirection.Egress, _rig.WiringOf(Rig.WebId, Rig.Web));
        var program = loaded.Program(EndpointPrograms.FromContainer);

        _rig.Runs(program, Rig.WebId, _rig.FromWeb(family).Tcp(40000, 80, TcpFlags.Syn)).IsRedirected();
        _rig.Runs(program, Rig.WebId, _rig.FromWeb(family).Udp(40000, 80)).IsDropped(DropReason.UserProgram);

        Assert.Equal((1, 1), Seen());
        Assert.Single(_rig.Datapath.DumpFlows());
    }

    [Theory, MemberData(nameof(Families))]
    public void What_the_stack_sends_to_a_container_goes_by_the_program_after_policy(Family family)
    {
        using var loaded = Load(EndpointPrograms.ToContainer, TrafficDirection.Ingress, _rig.WiringOf(Rig.DbId, Rig.Db));
        var program = loaded.Program(EndpointPrograms.ToContainer);
        var fromHost = Frame.From(Rig.Gateway).To(Rig.Db).Via(Rig.Db).Over(family);

        _rig.Runs(program, Rig.DbId, fromHost.Tcp(40000, 80, TcpFlags.Syn)).IsPassed();
        _rig.Runs(program, Rig.DbId, fromHost.Udp(40000, 80)).IsDropped(DropReason.UserProgram);
        _rig.Publish(Rig.DbId, Rig.DbIdentity, [], enforced: true);
        _rig.Runs(program, Rig.DbId, fromHost.Udp(40001, 80)).IsDropped(DropReason.PolicyDeniedIngress);

        Assert.Equal((1, 1), Seen());
    }

    [Theory, MemberData(nameof(Families))]
    public void What_another_container_sends_is_delivered_by_the_program(Family family)
    {
        using var loaded = Load(DeliverToContainer, TrafficDirection.Ingress, _rig.WiringOf(Rig.DbId, Rig.Db));
        _rig.Datapath.DeliverBy(Rig.DbId, loaded.Program(DeliverToContainer));

        _rig.WebSends(_rig.FromWeb(family).Tcp(40000, 80, TcpFlags.Syn)).IsRedirected().OpensFlow(ReservedRules.NotEnforced);
        var dropped = _rig.WebSends(_rig.FromWeb(family).Udp(40000, 80)).IsDropped(DropReason.UserProgram);

        Assert.Equal((Rig.DbId, TrafficDirection.Ingress), (dropped.Event!.EndpointId, dropped.Event.Direction));
        Assert.Equal((1, 1), Seen());
        _rig.Datapath.DeliverDirectly(Rig.DbId);
        _rig.WebSends(_rig.FromWeb(family).Udp(40000, 80)).IsRedirected();
        Assert.Equal((1, 1), Seen());
    }

    [Fact]
    public void A_container_whose_program_is_not_there_gets_nothing_from_others()
    {
        using (var loaded = Load(DeliverToContainer, TrafficDirection.Ingress, _rig.WiringOf(Rig.DbId, Rig.Db)))
            _rig.Datapath.DeliverBy(Rig.DbId, loaded.Program(DeliverToContainer));
        _rig.Datapath.Maps.UserDeliveries.Delete(Rig.DbId);

        _rig.WebSends(_rig.FromWeb(Family.IPv4).Tcp(40000, 80, TcpFlags.Syn)).IsDropped(DropReason.UserProgram);
    }

    [Theory]
    [InlineData("marks", "writes to the packet's context; a user's program only reads (at user.bpf.c:", "skb->mark = 1;)")]
    [InlineData("writes", "program writes: cannot write into packet (at user.bpf.c:", "*data = 0;)")]
    [InlineData("stores", "calls helper 9; a user's program may call map_lookup_elem, ", "skb_store_bytes(skb, 0, &zero, sizeof(zero), 0);)")]
    [InlineData("unbounded", "program unbounded: ", "user.bpf.c:")]
    [InlineData("nobody", "user.bpf.c has no program nobody; it has programs ", "unbounded, deep")]
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
        var deep = UserProgram.Check(s_object, "user.bpf.c", "deep");
        using var maps = deep.MakeMaps(_loader, new Dictionary<string, BpfMap>());

        var error = Assert.Throws<VerifierException>(
            () => _rig.Datapath.LoadWith(deep, maps, EndpointPrograms.FromContainer, TrafficDirection.Egress, _rig.WiringOf(Rig.WebId, Rig.Web)));

        Assert.Contains("combined stack size", error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _maps.Dispose();
        _loader.Dispose();
        _rig.Dispose();
    }

    private LoadedObject Load(string program, TrafficDirection direction, EndpointWiring wiring) =>
        _rig.Datapath.LoadWith(_noUdp, _maps, program, direction, wiring);

    /// <summary>How many packets the program kept, and how many it dropped.</summary>
    private (int Kept, int Dropped) Seen()
    {
        var seen = _maps.Map("seen").As<uint, ulong>();
        return ((int)seen[0], (int)seen[1]);
    }
}
