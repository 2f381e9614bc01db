using Ciliate.Bpf;
using Ciliate.Bpf.Specialization;
using Ciliate.Datapath.Tailoring;
using Ciliate.Datapath.Tests.Outside;
using Ciliate.Datapath.Tests.Packets;
using Xunit;

namespace Ciliate.Datapath.Tests.Specialization;

/// <summary>The programs of the datapath made for their constants: the kernel takes them, and they do with every packet what the generic
/// ones do.</summary>
public sealed class TailoredProgramTests
{
    private static readonly string[] s_masqueradeFunctions = ["claim_port", "open_translation", "send_translated"];
    private static readonly EndpointWiring s_wiring =
        new(Rig.WebId, "cil1", 7, Rig.Gateway.Mac, Rig.Web.Mac, Rig.Web.IPv4, Rig.Web.IPv6);

    public static TheoryData<Family?, bool, bool> Settings => new()
    {
        { null, false, false }, { null, true, false }, { null, true, true }, { Family.IPv4, true, true }, { Family.IPv6, false, false },
    };

    [Theory, MemberData(nameof(Settings))]
    public void Generic_and_tailored_do_the_same_with_the_same_packets(Family? only, bool masquerade, bool allProtocols)
    {
        var generic = Observe(only, masquerade, allProtocols, tailored: false);
        var tailored = Observe(only, masquerade, allProtocols, tailored: true);

        Assert.Equal(generic, tailored);
        Assert.True(generic.Select(line => line.Split(' ')[0]).Distinct().Count() >= 3, "the packets met too few verdicts");
    }

    /// <summary>Whatever families a container has, with all that an agent can be told about them.</summary>
    [Fact]
    public void Every_combination_of_options_passes_the_verifier()
    {
        using var rig = new Rig();
        using var loader = new BpfLoader();
        foreach (var (wiring, options) in Combinations())
        {
            var blueprint = BlueprintOf(options);
            foreach (var table in new[] { "flows", "nat" })
                blueprint.ConfigureMap(table, map => map with { MaxEntries = rig.Datapath.Maps.Shared[table].Info.MaxEntries });
            var tailor = new EndpointTailor(loader, blueprint, rig.Datapath.Maps.Shared);
            using var pair = tailor.Make(wiring, UserGrafts.Prepare(wiring, new UserMapPins(rig.Root)));

            var spec = tailor.SpecOf(wiring);
            Assert.Equal(EndpointPrograms.Names, pair.Times.Select(times => times.Name));
            Assert.All(EndpointPrograms.Names, name =>
            {
                var report = EndpointTailor.Specialize(spec, name);
                Assert.InRange(report.InstructionsAfter, 1, report.InstructionsBefore - 1);
                // What is settled is in the code: nothing is left to be looked up.
                Assert.Contains("interfaces", report.RemovedMaps);
                Assert.DoesNotContain(".rodata", report.Maps);
            });
            var (features, removed) = ProgramFeatures.Of(spec);
            Assert.Contains(ProgramFeatures.EndpointLookup, removed);
            Assert.Equal(wiring.IPv4 is not null, features.Contains("ipv4"));
            Assert.Equal(wiring.IPv6 is not null, features.Contains("ipv6"));
        }
    }

    [Theory, InlineData(false, false), InlineData(false, true), InlineData(true, false), InlineData(true, true)]
    public void What_masquerade_needs_is_there_only_where_it_is_on(bool ipv4, bool ipv6)
    {
        var report = ReportOf(EndpointPrograms.FromContainer, s_wiring, OptionsOf(ipv4, ipv6));

        bool needed = ipv4 || ipv6;
        Assert.Equal(needed, !s_masqueradeFunctions.Any(report.RemovedFunctions.Contains));
        Assert.Equal(needed, !s_masqueradeFunctions.All(report.RemovedFunctions.Contains));
        Assert.Equal(needed, report.Maps.Contains("nat_exclusions"));
        Assert.Contains(report.Constants, used => used.Constant.Name == "masquerade_ipv4" && used.Value.Span[0] == (ipv4 ? 1 : 0));
    }

    [Theory]
    [InlineData(Family.IPv4, "parse_extension_headers", "handle_ndisc", "answer_error")]
    [InlineData(Family.IPv6, "check_ipv4_options")]
    public void What_another_family_needs_is_not_there(Family only, params string[] functions)
    {
        var report = ReportOf(EndpointPrograms.FromContainer, WithOnly(only), OptionsOf(true, true));

        Assert.All(functions, function => Assert.Contains(function, report.RemovedFunctions));
    }

    /// <summary>Instructions after tailoring, as they were when somebody last looked; without a family: of the program that all share. Who makes
    /// a program larger by more than a twentieth says so here.</summary>
    [Theory]
    [InlineData("from_container", "none", true, 7524)]
    [InlineData("from_container", "both", false, 5698)]
    [InlineData("from_container", "both", true, 6887)]
    [InlineData("from_container", "IPv4", false, 4040)]
    [InlineData("from_container", "IPv4", true, 5146)]
    [InlineData("from_container", "IPv6", false, 5080)]
    [InlineData("from_container", "IPv6", true, 6132)]
    [InlineData("to_container", "none", true, 4299)]
    [InlineData("to_container", "both", true, 4090)]
    [InlineData("to_container", "IPv4", false, 3499)]
    [InlineData("to_container", "IPv6", false, 3645)]
    public void Programs_do_not_grow_unnoticed(string program, string families, bool masquerade, int recorded)
    {
        var wiring = Enum.TryParse<Family>(families, out var only) ? WithOnly(only) : s_wiring;
        var report = ReportOf(program, wiring, OptionsOf(masquerade, masquerade));

        Assert.InRange(families == "none" ? report.InstructionsBefore : report.InstructionsAfter, recorded * 90 / 100, recorded * 105 / 100);
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

    private static IEnumerable<(EndpointWiring, DatapathOptions)> Combinations() =>
        from wiring in new[] { s_wiring, WithOnly(Family.IPv4), WithOnly(Family.IPv6) }
        from flags in Enumerable.Range(0, 8)
        let masquerade = new MasqueradeOptions((flags & 1) != 0, (flags & 2) != 0, OutsideRig.FirstPort, ushort.MaxValue, (flags & 4) != 0)
        where masquerade.IPv4 || masquerade.IPv6 || !masquerade.AllProtocols
        from gateway in GatewaysOf(wiring)
        select (wiring, Rig.OptionsOf(4096) with { Masquerade = masquerade, Gateway = gateway });

    /// <summary>A family that containers have comes with its gateway; ranges without a broadcast address are those that are too small for one.</summary>
    private static GatewayOptions[] GatewaysOf(EndpointWiring wiring)
    {
        var all = Rig.OptionsOf(4096).Gateway;
        return wiring switch
        {
            { IPv6: null } => [all with { IPv6 = null }],
            { IPv4: null } => [all with { IPv4 = null, BroadcastIPv4 = null }],
            _ => [all, all with { BroadcastIPv4 = null }],
        };
    }

    private static EndpointWiring WithOnly(Family only) => only == Family.IPv4 ? s_wiring with { IPv6 = null } : s_wiring with { IPv4 = null };

    private static ObjectSpec BlueprintOf(DatapathOptions options)
    {
        var spec = DatapathObjects.Container.Clone();
        ContainerConstants.Set(spec, options, new FlowTicks(FlowTimeouts.Default, ticksPerSecond: 250));
        return spec;
    }

    private static SpecializationReport ReportOf(string program, EndpointWiring wiring, DatapathOptions options)
    {
        var spec = BlueprintOf(options);
        OwnConstants.Set(spec, wiring);
        return EndpointTailor.Specialize(spec, program);
    }

    private static DatapathOptions OptionsOf(bool ipv4, bool ipv6) =>
        Rig.OptionsOf(4096) with { Masquerade = new MasqueradeOptions(ipv4, ipv6, OutsideRig.FirstPort, ushort.MaxValue, false) };

    private static List<string> Observe(Family? only, bool masquerade, bool allProtocols, bool tailored)
    {
        // One port, so that no random number tells them apart.
        using var rig = new OutsideRig(OutsideRig.FirstPort, masquerade, allProtocols: allProtocols, only: only, tailored: tailored).Open();
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
