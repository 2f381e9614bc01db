using System.Globalization;
using System.Net;
using Ciliate.Oracle;

namespace Ciliate.Verdicts.Tests;

/// <summary>Faults as they are made.</summary>
internal static class Mutations
{
    public static readonly IReadOnlyList<Mutation> All =
    [
        new("a port is off by one") { Policy = OfPorts(OffByOne) },
        new("endPort is ignored") { Policy = OfPorts(port => port with { EndPort = null }) },
        new("endPort is excluded") { Policy = OfPorts(EndExcluded) },
        new("the protocol of a port is ignored") { Policy = OfPorts(port => IsName(port) ? port : port with { Protocol = port.Number == "0" ? port.Protocol : "ANY" }) },
        new("a named port stands for every port") { Policy = OfPorts(port => IsName(port) ? port with { Number = "0", EndPort = null } : port) },
        new("denials are dropped") { Policy = OfSpecs(spec => spec with { IngressDeny = Emptied(spec.IngressDeny), EgressDeny = Emptied(spec.EgressDeny) }) },
        new("a denial is an allowance") { Table = entry => entry with { Deny = false } },
        new("directions are swapped") { Policy = OfSpecs(Swapped) },
        new("exceptions are ignored") { Policy = OfRules(rule => rule with { CidrSet = rule.CidrSet?.Select(block => block with { Except = null }).ToArray() }) },
        new("an empty list of peers is every peer") { Policy = OfRules(EveryPeerIfEmpty) },
        new("the empty selector is everybody") { Policy = OfRules(EverybodyIfAnyContainer) },
        new("default denial is forgotten") { Policy = OfSpecs(spec => spec with { DefaultDenyIngress = false, DefaultDenyEgress = false }) },
        new("enableDefaultDeny is ignored") { Policy = OfSpecs(spec => spec with { DefaultDenyIngress = null, DefaultDenyEgress = null }) },
        new("messages are of the other family") { Policy = OfRules(rule => rule with { Icmps = rule.Icmps?.Select(OtherFamily).ToArray() }) },
        new("a prefix is one bit short") { Policy = OfRules(rule => rule with { Cidr = rule.Cidr?.Select(Shortened).ToArray() }) },
        new("the policy's namespace is ignored") { Policy = OfCilium(policy => policy with { Namespace = null }) },
        new("the entity cluster is world") { Policy = OfRules(rule => rule with { Entities = rule.Entities?.Select(name => name == "cluster" ? "world" : name).ToArray() }) },
        new("policyTypes is ignored") { Policy = OfKubernetes(policy => policy with { PolicyTypes = null }) },
        new("port prefixes are one bit short") { Table = entry => entry.PortPrefixLength == 16 ? entry with { PortPrefixLength = 15, Port = (ushort)(entry.Port & ~1) } : entry },
        new("the kernel's denials allow") { Kernel = entry => entry with { Deny = false } },
        new("the kernel's port is another") { Kernel = entry => entry.PortPrefixLength == 16 ? entry with { Port = (ushort)(entry.Port ^ 1) } : entry },
    ];

    private static Func<WrittenPolicy, WrittenPolicy> OfCilium(Func<CiliumPolicy, WrittenPolicy> change) => policy => policy is CiliumPolicy cilium ? change(cilium) : policy;

    private static Func<WrittenPolicy, WrittenPolicy> OfKubernetes(Func<KubernetesPolicy, WrittenPolicy> change) =>
        policy => policy is KubernetesPolicy kubernetes ? change(kubernetes) : policy;

    private static Func<WrittenPolicy, WrittenPolicy> OfSpecs(Func<CiliumSpec, CiliumSpec> change) =>
        OfCilium(policy => policy with { Specs = [.. policy.Specs.Select(change)] });

    private static Func<WrittenPolicy, WrittenPolicy> OfRules(Func<CiliumRule, CiliumRule> change) => OfSpecs(spec => spec with
    {
        Ingress = spec.Ingress?.Select(change).ToArray(),
        IngressDeny = spec.IngressDeny?.Select(change).ToArray(),
        Egress = spec.Egress?.Select(change).ToArray(),
        EgressDeny = spec.EgressDeny?.Select(change).ToArray(),
    });

    private static Func<WrittenPolicy, WrittenPolicy> OfPorts(Func<Port, Port> change) => OfRules(rule => rule with
    {
        ToPorts = rule.ToPorts?.Select(ports => (IReadOnlyList<Port>?)ports?.Select(change).ToArray()).ToArray(),
    });

    private static bool IsName(Port port) => !char.IsAsciiDigit(port.Number![0]);

    private static Port OffByOne(Port port)
    {
        if (IsName(port) || port.Number == "0")
            return port;
        int next = int.Parse(port.Number!, CultureInfo.InvariantCulture) + 1;
        return port with { Number = next.ToString(CultureInfo.InvariantCulture), EndPort = port.EndPort >= next ? port.EndPort : null };
    }

    private static Port EndExcluded(Port port) =>
        port.EndPort is { } end && end > int.Parse(port.Number!, CultureInfo.InvariantCulture) ? port with { EndPort = end - 1 } : port;

    /// <summary>The spec still enforces what it enforced.</summary>
    private static CiliumRule[]? Emptied(IReadOnlyList<CiliumRule>? rules) => rules?.Select(_ => new CiliumRule()).ToArray();

    private static CiliumSpec Swapped(CiliumSpec spec) => spec with
    {
        Ingress = spec.Egress,
        IngressDeny = spec.EgressDeny,
        Egress = spec.Ingress,
        EgressDeny = spec.IngressDeny,
        DefaultDenyIngress = spec.DefaultDenyEgress,
        DefaultDenyEgress = spec.DefaultDenyIngress,
    };

    private static CiliumRule EveryPeerIfEmpty(CiliumRule rule) =>
        rule.Endpoints is { Count: 0 } || rule.Cidr is { Count: 0 } || rule.CidrSet is { Count: 0 } || rule.Entities is { Count: 0 }
            ? rule with { Endpoints = null, Cidr = null, CidrSet = null, Entities = ["all"] }
            : rule;

    private static CiliumRule EverybodyIfAnyContainer(CiliumRule rule) =>
        rule.Endpoints is [{ MatchLabels.Count: 0, MatchExpressions.Count: 0 }] ? rule with { Endpoints = null, Entities = ["all"] } : rule;

    private static IReadOnlyList<IcmpField> OtherFamily(IReadOnlyList<IcmpField> fields) =>
        [.. fields.Select(field => field with { Family = field.Family == "IPv6" ? "IPv4" : "IPv6" })];

    private static IPNetwork Shortened(IPNetwork prefix)
    {
        if (prefix.PrefixLength == 0)
            return prefix;
        byte[] bytes = prefix.BaseAddress.GetAddressBytes();
        int last = prefix.PrefixLength - 1;
        bytes[last / 8] &= (byte)~(0x80 >> (last % 8));
        return new IPNetwork(new IPAddress(bytes), last);
    }
}
