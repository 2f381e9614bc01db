using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tests.Packets;
using Xunit;

namespace Ciliate.Datapath.Tests;

/// <summary>What the packets of a TCP connection make of its flow: state, life time, and what is no connection at all.</summary>
public sealed class FlowStateTests
{
    private const byte Tcp = 6;

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_connection_goes_through_its_states_and_lives_as_long_as_each_may(Family family)
    {
        using var rig = new Rig().Open();
        Step(fromWeb: true, TcpFlags.Syn, "syn-sent", 60);
        Step(fromWeb: false, TcpFlags.Syn | TcpFlags.Ack, "syn-received", 60);
        Step(fromWeb: true, TcpFlags.Ack, "established", 8000);
        Step(fromWeb: true, TcpFlags.Fin | TcpFlags.Ack, "closing", 8000);
        Step(fromWeb: false, TcpFlags.Ack, "closing", 8000);
        Step(fromWeb: false, TcpFlags.Fin | TcpFlags.Ack, "closed", 10);
        Step(fromWeb: true, TcpFlags.Ack, "closed", 10);

        void Step(bool fromWeb, TcpFlags flags, string state, int seconds)
        {
            Send(rig, family, fromWeb, flags).IsRedirected();
            IsInState(rig, state, seconds);
        }
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Life_times_are_those_that_were_asked_for(Family family)
    {
        var timeouts = new FlowTimeouts(Tcp: Seconds(500), TcpSyn: Seconds(30), TcpFin: Seconds(20), Other: Seconds(40));
        using var rig = new Rig(Rig.OptionsOf(131072, timeouts)).Open();
        Send(rig, family, fromWeb: true, TcpFlags.Syn).IsRedirected();
        IsInState(rig, "syn-sent", 30);
        Send(rig, family, fromWeb: false, TcpFlags.Syn | TcpFlags.Ack).IsRedirected();
        Send(rig, family, fromWeb: true, TcpFlags.Ack).IsRedirected();
        IsInState(rig, "established", 500);
        Send(rig, family, fromWeb: true, TcpFlags.Rst).IsRedirected();
        IsInState(rig, "closed", 20);

        rig.WebSends(rig.FromWeb(family).Udp(1, 2)).IsRedirected();
        Assert.InRange(Assert.Single(rig.Datapath.DumpFlows(), flow => flow.Protocol == 17).ExpiresInSeconds, 38, 40);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_refused_connection_is_closed(Family family)
    {
        using var rig = new Rig().Open();
        Send(rig, family, fromWeb: true, TcpFlags.Syn).IsRedirected();
        Send(rig, family, fromWeb: false, TcpFlags.Rst | TcpFlags.Ack).IsRedirected();
        IsInState(rig, "closed", 10);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_reset_that_its_receiver_does_not_accept_costs_the_connection_nothing(Family family)
    {
        using var rig = new Rig().AllowWebToDb(Tcp, 80).Enforce();
        Establish(rig, family);
        Send(rig, family, fromWeb: true, TcpFlags.Rst).IsRedirected();
        IsInState(rig, "closed", 10);
        Send(rig, family, fromWeb: true, TcpFlags.Ack).IsRedirected();
        IsInState(rig, "closed", 10);

        Send(rig, family, fromWeb: false, TcpFlags.Ack).IsRedirected().TellsNothing();

        IsInState(rig, "established", 8000);
        Send(rig, family, fromWeb: true, TcpFlags.Rst | TcpFlags.Ack).IsRedirected();
        IsInState(rig, "closed", 10);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_syn_on_a_live_connection_changes_nothing(Family family)
    {
        using var rig = new Rig().AllowWebToDb(Tcp, 80).Enforce();
        Establish(rig, family);

        Send(rig, family, fromWeb: true, TcpFlags.Syn).IsRedirected().TellsNothing();
        IsInState(rig, "established", 8000);
        Send(rig, family, fromWeb: false, TcpFlags.Syn).IsDropped(DropReason.PolicyDeniedEgress);
        IsInState(rig, "established", 8000);
        Send(rig, family, fromWeb: false, TcpFlags.Ack).IsRedirected();
    }

    [Theory]
    [InlineData(TcpFlags.Syn | TcpFlags.Ack), InlineData(TcpFlags.Rst), InlineData(TcpFlags.Rst | TcpFlags.Ack)]
    public void An_answer_to_nothing_is_dropped_and_opens_nothing(TcpFlags flags)
    {
        using var rig = new Rig().Open();
        foreach (var family in new[] { Family.IPv4, Family.IPv6 })
        {
            Send(rig, family, fromWeb: true, flags).IsDropped(DropReason.NoFlow);
            rig.HostSendsToDb(rig.FromWeb(family).Tcp(40000, 80, flags), Rig.IfIndexOf(Rig.Web)).IsDropped(DropReason.NoFlow);
        }
        Assert.Empty(rig.Datapath.DumpFlows());
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_connection_that_is_seen_first_in_its_midst_is_judged_by_the_packets_own_direction(Family family)
    {
        using var rig = new Rig().AllowWebToDb(Tcp, 80).Enforce();
        Send(rig, family, fromWeb: false, TcpFlags.Ack).IsDropped(DropReason.PolicyDeniedEgress);
        Send(rig, family, fromWeb: true, TcpFlags.Ack).IsRedirected().OpensFlow(200);
        IsInState(rig, "picked-up", 60);
        Send(rig, family, fromWeb: false, TcpFlags.Ack).IsRedirected();
        IsInState(rig, "established", 8000);
    }

    [Theory]
    [InlineData(0), InlineData(0x01), InlineData(0x03), InlineData(0x06), InlineData(0x05), InlineData(0x08), InlineData(0x29)]
    [InlineData(0x13), InlineData(0x16), InlineData(0x15), InlineData(0xff), InlineData(0x3f), InlineData(0x20)]
    public void Flags_that_no_segment_has_are_malformed(byte flags)
    {
        using var rig = new Rig().Open();
        Establish(rig, Family.IPv4);
        Establish(rig, Family.IPv6);
        Send(rig, Family.IPv4, fromWeb: true, (TcpFlags)flags).IsDropped(DropReason.Malformed);
        Send(rig, Family.IPv6, fromWeb: false, (TcpFlags)flags).IsDropped(DropReason.Malformed);
        Assert.All(rig.Datapath.DumpFlows(), flow => Assert.Equal("established", flow.State));
    }

    [Theory, InlineData(0xc2), InlineData(0x22), InlineData(0x0a), InlineData(0x10), InlineData(0x39), InlineData(0x18)]
    public void Flags_beside_those_that_open_and_close_are_free(byte flags)
    {
        using var rig = new Rig().Open();
        Send(rig, Family.IPv4, fromWeb: true, (TcpFlags)flags).IsRedirected();
        Send(rig, Family.IPv6, fromWeb: true, (TcpFlags)flags).IsRedirected();
    }

    private static TimeSpan Seconds(int count) => TimeSpan.FromSeconds(count);

    private static Outcome Send(Rig rig, Family family, bool fromWeb, TcpFlags flags) => fromWeb
        ? rig.WebSends(rig.FromWeb(family).Tcp(40000, 80, flags))
        : rig.DbSends(rig.FromDb(family).Tcp(80, 40000, flags));

    private static void Establish(Rig rig, Family family)
    {
        Send(rig, family, fromWeb: true, TcpFlags.Syn).IsRedirected();
        Send(rig, family, fromWeb: false, TcpFlags.Syn | TcpFlags.Ack).IsRedirected();
        Send(rig, family, fromWeb: true, TcpFlags.Ack).IsRedirected();
    }

    /// <summary>Of TCP flows there is one, and its end is as far away as it was just put.</summary>
    private static void IsInState(Rig rig, string state, int seconds)
    {
        const int slow = 5; // seconds that a loaded machine may take from the packet to here
        var flow = Assert.Single(rig.Datapath.DumpFlows(), flow => flow.Protocol == Tcp);
        Assert.Equal(state, flow.State);
        Assert.InRange(flow.ExpiresInSeconds, seconds - slow, seconds);
    }
}
