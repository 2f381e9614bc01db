using Ciliate.Bpf;
using Ciliate.Bpf.Specialization;
using Ciliate.Datapath.Tests.Outside;
using Ciliate.Datapath.Tests.Packets;
using Xunit;

namespace Ciliate.Datapath.Tests.Specialization;

/// <summary>The programs of the datapath made for their constants: the kernel takes them, and they do with every packet what the generic
/// ones do.</summary>
public sealed class TailoredProgramTests
{
    private static readonly string[] s_masqueradeFunctions = ["claim_port", "open_translation", "send_translated"];

    public static TheoryData<bool, bool> Settings => new() { { false, false }, { true, false }, { true, true } };

    [Theory, MemberData(nameof(Settings))]
    public void Generic_and_tailored_do_the_same_with_the_same_packets(bool masquerade, bool allProtocols)
    {
        var generic = Observe(masquerade, allProtocols, tailored: false);
        var tailored = Observe(masquerade, allProtocols, tailored: true);

        Assert.Equal(generic, tailored);
        Assert.True(generic.Select(line => line.Split(' ')[0]).Distinct().Count() >= 3, "the packets met too few verdicts");
    }

    [Theory, InlineData(false, false), InlineData(false, true), InlineData(true, false), InlineData(true, true)]
    public void What_masquerade_needs_is_there_only_where_it_is_on(bool ipv4, bool ipv6)
    {
        var report = ReportOf(EndpointPrograms.FromContainer, ipv4, ipv6);

        bool needed = ipv4 || ipv6;
        Assert.Equal(needed, !s_masqueradeFunctions.Any(report.RemovedFunctions.Contains));
        Assert.Equal(needed, !s_masqueradeFunctions.All(report.RemovedFunctions.Contains));
        Assert.Equal(needed, report.Maps.Contains("nat_exclusions"));
        Assert.DoesNotContain(".rodata", report.Maps);
        Assert.Contains(report.Constants, used => used.Constant.Name == "masquerade_ipv4" && used.Value.Span[0] == (ipv4 ? 1 : 0));
    }

    /// <summary>Instructions after tailoring, as they were when somebody last looked. Who makes a program larger by more than a twentieth
    /// says so here.</summary>
    [Theory]
    [InlineData("from_container", false, false, 5841)]
    [InlineData("from_container", false, true, 7055)]
    [InlineData("from_container", true, false, 7055)]
    [InlineData("from_container", true, true, 7040)]
    [InlineData("to_container", false, false, 4044)]
    [InlineData("to_container", true, true, 4074)]
    public void Tailored_programs_do_not_grow_unnoticed(string program, bool ipv4, bool ipv6, int recorded)
    {
        var report = ReportOf(program, ipv4, ipv6);

        Assert.InRange(report.InstructionsAfter, 1, Math.Min(recorded * 105 / 100, report.InstructionsBefore - 1));
    }

    /// <summary>The programs of the agent itself.</summary>
    [Theory, InlineData("reap"), InlineData("read_clock")]
    public void The_collectors_programs_need_no_constants_in_memory(string name)
    {
        var spec = DatapathObjects.Collect.Clone();
        spec.SetConstant("flow_ticks_grace", 1250u);

        spec.ReplaceProgram(Specializer.Specialize(spec, name).Program);
        using var rig = new Rig();
        foreach (var table in new[] { "flows", "nat" })
            spec.ConfigureMap(table, map => map with { MaxEntries = rig.Datapath.Maps.Shared[table].Info.MaxEntries });
        using var loader = new BpfLoader();
        var shared = rig.Datapath.Maps.Shared.Where(map => spec.Maps.Any(own => own.Name == map.Key)).ToDictionary();
        using var loaded = loader.Load(spec, new LoadOptions { MapReplacements = shared, Programs = [name] });

        Assert.DoesNotContain(".rodata", loaded.Maps.Keys);
    }

    private static SpecializationReport ReportOf(string program, bool ipv4, bool ipv6)
    {
        var spec = DatapathObjects.Container.Clone();
        ContainerConstants.Set(spec, OptionsOf(ipv4, ipv6), new FlowTicks(FlowTimeouts.Default, ticksPerSecond: 250));
        return Specializer.Specialize(spec, program).Report;
    }

    private static DatapathOptions OptionsOf(bool ipv4, bool ipv6) =>
        Rig.OptionsOf(4096) with { Masquerade = new MasqueradeOptions(ipv4, ipv6, OutsideRig.FirstPort, ushort.MaxValue, false) };

    private static List<string> Observe(bool masquerade, bool allProtocols, bool tailored)
    {
        // One port, so that no random number tells them apart.
        using var rig = new OutsideRig(OutsideRig.FirstPort, masquerade, allProtocols: allProtocols, tailored: tailored).Open();
        var seen = new List<string>();
        foreach (var family in new[] { Family.IPv4, Family.IPv6 })
        {
            foreach (var packet in PacketsFrom(family))
                seen.Add(Describe(rig.Sends(Rig.Web, packet)));
            var between = Frame.From(Rig.Web).To(Rig.Db).Via(Rig.Gateway).Over(family);
            seen.Add(Describe(rig.Sends(Rig.Web, between.Tcp(40000, 80, TcpFlags.Syn))));
            seen.Add(Describe(rig.Sends(Rig.Db, Frame.From(Rig.Db).To(Rig.Web).Via(Rig.Gateway).Over(family).Tcp(80, 40000, TcpFlags.Syn | TcpFlags.Ack))));
            seen.Add(Describe(rig.Receives(rig.FromRemote(family).Tcp(443, OutsideRig.FirstPort, TcpFlags.Syn | TcpFlags.Ack))));
            seen.Add(Describe(rig.HandsTo(Rig.Db, rig.FromRemote(family).To(Rig.Db).Via(Rig.Db).Over(family).Udp(7, 7), translated: false)));
        }
        // Its address is another in every rig.
        string uplink = Convert.ToHexString(rig.Link.Mac.GetAddressBytes());
        return [.. seen.Select(line => line.Replace(uplink, "(uplink)"))];
    }

    private static IEnumerable<byte[]> PacketsFrom(Family family)
    {
        var outwards = OutsideRig.From(Rig.Web, family);
        yield return outwards.Tcp(40000, 443, TcpFlags.Syn);
        yield return outwards.Tcp(40000, 443, TcpFlags.Ack, payload: 100);
        yield return outwards.Udp(5353, 53);
        yield return outwards.EchoRequest(7);
        yield return outwards.Raw(47, new byte[8]);
        yield return outwards.WithHopLimit(1).Udp(5354, 53);
        yield return outwards.WithSource(Rig.Db.Address(family)).Udp(5353, 53);
        yield return outwards.WithIPv4Options(7, 3, 4, 0).Tcp(40001, 443, TcpFlags.Syn);
        yield return outwards.WithExtensionHeader(0, 0, 1, 4, 0, 0, 0, 0).Udp(5355, 53);
        yield return outwards.WithFragmentField(0x2000).WithIdentification(9).Udp(5356, 53);
        yield return Frame.From(Rig.Web).To(Rig.Gateway).Via(Rig.Gateway).Over(family).EchoRequest(3);
        yield return Arp.Request(Rig.Web, Rig.Gateway.IPv4);
        yield return Arp.Request(Rig.Web, Rig.Db.IPv4);
        yield return outwards.Udp(5353, 53)[..^6];
    }

    private static string Describe(Outcome outcome) =>
        $"{outcome.Verdict} {Convert.ToHexString(outcome.Data)} {outcome.Event?.ToString().Replace(outcome.Event.Timestamp.ToString(), "")}";
}
