using Ciliate.Bench.Programs.Rigs;
using Ciliate.Bench.Workloads;

namespace Ciliate.Bench.Programs;

/// <summary>A case of nanoseconds per packet.</summary>
/// <param name="Flow">Which flow each packet belongs to.</param>
/// <param name="Flags">TCP flags: a SYN is judged and told each time, an ACK belongs to a flow that was opened before.</param>
/// <param name="HasFloor">Whether the floor's programs do a part of the same.</param>
/// <param name="Contenders">Ours, and others of our own that it is compared with; each makes what it needs.</param>
internal sealed record PacketCase(
    Measure Measure, PortChoice Flow, byte Flags, bool HasFloor, params IReadOnlyList<OwnContender> Contenders)
{
    /// <summary>CIDRs of a small policy, and destinations of what is sent under a small and a large one alike.</summary>
    private const int Few = 100;

    /// <summary>What a container runs on until its own programs are made.</summary>
    private const string Generic = "ciliate, generic";

    private static readonly int[] s_rules = [4, 16, 64, 256];

    /// <summary>In each family.</summary>
    public static IReadOnlyList<PacketCase> All { get; } =
    [
        .. Established("packet-established", "packet-shuffled-flows", Containers(rig => rig.Allowed)),
        .. Established("packet-to-container", "packet-to-container-shuffled", Outside(masquerade: false, rig => rig.ToContainer)),
        .. Established("packet-node-ingress", "packet-node-ingress-shuffled", Outside(masquerade: false, rig => rig.NodeIngress)),
        .. Established("packet-to-outside", "packet-to-outside-shuffled", Outside(masquerade: false, rig => rig.ToStack)),
        .. Established("packet-masquerade", "packet-masquerade-shuffled", Outside(masquerade: true, rig => rig.Masqueraded)),
        new(Named("packet-new-flow"), PortChoice.NextFlow, Packet.Syn, HasFloor: true, Containers(rig => rig.Allowed)),
        new(Named("packet-denied"), PortChoice.SameFlow, Packet.Syn, HasFloor: false, Containers(rig => rig.Denied)),
        .. s_rules.Select(rules => new PacketCase(
            Named($"packet-new-flow-{rules}-rules"), PortChoice.NextFlow, Packet.Syn, HasFloor: false,
            Rules(Results.Comparison.Ours, ProgramKind.Tailored, rules), Rules("ciliate, policy as code", ProgramKind.Coded, rules))),
        new(
            Named("packet-new-flow-cidrs"), PortChoice.NextFlow, Packet.Syn, HasFloor: false,
            Prefixes(Results.Comparison.Ours, 10_000, Few), Prefixes("ciliate, 100 CIDRs", Few, Few)),
        new(
            Named("packet-new-flow-cidrs-spread"), PortChoice.NextFlow, Packet.Syn, HasFloor: false,
            Prefixes(Results.Comparison.Ours, 10_000, 10_000), Prefixes("ciliate, 100 CIDRs", Few, Few)),
    ];

    private static IEnumerable<PacketCase> Established(string one, string shuffled, IReadOnlyList<OwnContender> ours) =>
    [
        new(Named(one), PortChoice.SameFlow, Packet.Ack, HasFloor: true, ours),
        new(Named(shuffled), PortChoice.ShuffledFlow, Packet.Ack, HasFloor: true, ours),
    ];

    private static Measure Named(string name) => new(name, "ns", LowerIsBetter: true);

    private static IReadOnlyList<OwnContender> Containers(Func<ContainerRig, Func<bool, IReadOnlyList<Subject>>> way) =>
        Both(kind => new ContainerRig(kind), way);

    private static IReadOnlyList<OwnContender> Outside(bool masquerade, Func<OutsideRig, Func<bool, IReadOnlyList<Subject>>> way) =>
        Both(kind => new OutsideRig(masquerade, kind), way);

    private static IReadOnlyList<OwnContender> Both<T>(Func<ProgramKind, T> make, Func<T, Func<bool, IReadOnlyList<Subject>>> way) where T : IPacketRig =>
    [
        OwnContender.Of(Results.Comparison.Ours, () => make(ProgramKind.Tailored), way),
        OwnContender.Of(Generic, () => make(ProgramKind.Generic), way),
    ];

    private static OwnContender Rules(string name, ProgramKind kind, int rules) =>
        OwnContender.Of(name, () => new ContainerRig(kind, rules: rules), rig => rig.Allowed);

    private static OwnContender Prefixes(string name, int count, int destinations) =>
        OwnContender.Of(name, () => new PrefixRig(count), rig => rig.To(destinations));
}

/// <summary>Our datapath, in one state.</summary>
internal sealed record OwnContender(string Name, Func<bool, (IPacketRig Rig, IReadOnlyList<Subject> Subjects)> Make)
{
    /// <param name="way">The programs that a packet passes, by whether it is IPv6.</param>
    public static OwnContender Of<T>(string name, Func<T> make, Func<T, Func<bool, IReadOnlyList<Subject>>> way) where T : IPacketRig =>
        new(name, ipv6 =>
        {
            var rig = make();
            return (rig, way(rig)(ipv6));
        });
}
