using System.Globalization;
using Ciliate.Oracle;

namespace Ciliate.Verdicts.Tests;

/// <summary>Random policies that PolicyReader accepts, with what is likely to go wrong more often than chance would have it.</summary>
internal sealed class PolicyGenerator(Random random)
{
    private static readonly string[] Protocols = ["TCP", "TCP", "UDP", "SCTP", "ANY"];
    private static readonly string[] PortlessProtocols = ["GRE", "ESP", "47", "ICMP", "ICMPv6", "SCTP"];

    private static readonly string[] EntityNames =
        ["all", "none", "world", "world-ipv4", "world-ipv6", "cluster", "init", "ingress", .. World.Entities];

    public IReadOnlyList<WrittenPolicy> Policies() => [.. Enumerable.Range(0, random.Next(1, 5)).Select(RandomPolicy)];

    private WrittenPolicy RandomPolicy(int index)
    {
        string? space = random.Chance(0.4) ? random.Pick(World.Namespaces) : null;
        if (random.Chance(0.25))
            return new KubernetesGenerator(random, this).Policy($"p{index}", space);
        bool clusterwide = random.Chance(0.2);
        var specs = Enumerable.Range(0, random.Pick(1, 1, 2)).Select(_ => Spec());
        return new CiliumPolicy($"p{index}", clusterwide ? null : space, clusterwide, [.. specs]);
    }

    private CiliumSpec Spec() => new(random.Chance(0.4) ? Oracle.Selector.Empty : Selector())
    {
        Ingress = random.Chance(0.7) ? random.List(3, Rule) : null,
        IngressDeny = random.Chance(0.45) ? random.List(2, Rule) : null,
        Egress = random.Chance(0.7) ? random.List(3, Rule) : null,
        EgressDeny = random.Chance(0.45) ? random.List(2, Rule) : null,
        DefaultDenyIngress = random.Chance(0.2) ? random.Chance(0.3) : null,
        DefaultDenyEgress = random.Chance(0.2) ? random.Chance(0.3) : null,
    };

    private CiliumRule Rule()
    {
        var rule = new CiliumRule();
        rule = random.Next(8) switch
        {
            0 or 1 => rule with { Endpoints = random.List(2, Selector) },
            2 => rule with { Endpoints = [Oracle.Selector.Empty] },
            3 => rule with { Entities = random.List(2, () => random.Pick(EntityNames)) },
            4 => rule with { Cidr = random.List(2, () => random.Pick(World.Prefixes)) },
            5 or 6 => rule with { CidrSet = random.List(2, Block) },
            _ => rule,
        };
        return random.Next(4) switch
        {
            0 => rule,
            1 => rule with { Icmps = random.List(2, () => random.List(2, Icmp)) },
            _ => rule with { ToPorts = random.List(2, () => random.Chance(0.1) ? null : (IReadOnlyList<Port>)random.List(3, CiliumPort)) },
        };
    }

    public Selector Selector()
    {
        var labels = new List<LabelMatch>();
        var expressions = new List<Expression>();
        if (random.Chance(0.7))
            labels.Add(new LabelMatch(random.Pick("app", "any:app", "k8s:app", "container:app"), random.Pick(World.Apps)));
        if (random.Chance(0.3))
            expressions.Add(RandomExpression(random.Pick("zone", "app")));
        if (random.Chance(0.1))
            expressions.Add(new Expression("reserved:host", random.Pick("Exists", "DoesNotExist"), []));
        if (random.Chance(0.1))
            expressions.Add(new Expression("k8s:io.kubernetes.pod.namespace", "Exists", []));
        return new Selector(labels, expressions);
    }

    /// <summary>On labels alone, as Kubernetes has it.</summary>
    public Selector PlainSelector() => random.Next(3) switch
    {
        0 => Oracle.Selector.Empty,
        1 => new Selector([new LabelMatch("app", random.Pick(World.Apps))], []),
        _ => new Selector([], [RandomExpression("app")]),
    };

    public Block Block()
    {
        var prefix = random.Pick(World.Prefixes);
        var inside = World.Prefixes.Where(other => other.PrefixLength > prefix.PrefixLength && prefix.Contains(other.BaseAddress)).ToArray();
        return new Block(prefix, inside.Length > 0 && random.Chance(0.8) ? random.List(2, () => random.Pick(inside)) : null);
    }

    public int PortNumber() => random.Pick(World.Ports);

    private Expression RandomExpression(string key)
    {
        string op = random.Pick("In", "NotIn", "Exists", "DoesNotExist");
        string[] known = key == "app" ? World.Apps : World.Zones;
        return new Expression(key, op, op is "In" or "NotIn" ? [random.Pick(known), random.Pick(known)] : []);
    }

    private Port CiliumPort()
    {
        if (random.Chance(0.15))
            return new Port(random.Pick(World.PortNames), null, random.Pick<string?>("TCP", "UDP", "ANY", null));
        if (random.Chance(0.15))
            return new Port("0", null, random.Pick(PortlessProtocols));
        int first = PortNumber();
        int? end = random.Chance(0.5) ? first + random.Pick(0, 1, 2, 7, 512, 15000) : null;
        return new Port(first.ToString(CultureInfo.InvariantCulture), end, random.Pick<string?>([.. Protocols, null]));
    }

    private IcmpField Icmp() => random.Chance(0.5)
        ? new IcmpField(random.Pick<string?>("IPv4", null), random.Pick(FrameMaker.IcmpTypes))
        : new IcmpField("IPv6", random.Pick(FrameMaker.IcmpV6Types));
}

/// <summary>Kubernetes' NetworkPolicy.</summary>
internal sealed class KubernetesGenerator(Random random, PolicyGenerator parts)
{
    public KubernetesPolicy Policy(string name, string? space) => new(name, space, parts.PlainSelector())
    {
        PolicyTypes = random.Chance(0.6) ? random.Pick<string[]>(["Ingress"], ["Egress"], ["Ingress", "Egress"]) : null,
        Ingress = random.Chance(0.7) ? random.List(2, Rule) : null,
        Egress = random.Chance(0.5) ? random.List(2, Rule) : null,
    };

    private KubernetesRule Rule() => new(
        random.Chance(0.7) ? random.List(2, Peer) : null,
        random.Chance(0.7) ? random.List(2, Port) : null);

    private KubernetesPeer Peer() => random.Next(4) switch
    {
        0 => new KubernetesPeer(parts.PlainSelector(), null, null),
        1 => new KubernetesPeer(null, Teams(), null),
        2 => new KubernetesPeer(parts.PlainSelector(), Teams(), null),
        _ => new KubernetesPeer(null, null, parts.Block()),
    };

    private Selector Teams() => random.Chance(0.3)
        ? Oracle.Selector.Empty
        : new Selector([new LabelMatch("team", random.Pick("sales", "staff"))], []);

    private Port Port()
    {
        string? protocol = random.Pick<string?>("TCP", "UDP", "SCTP", null);
        if (random.Chance(0.15))
            return new Port(null, null, protocol);
        if (random.Chance(0.15))
            return new Port(random.Pick(World.PortNames), null, protocol);
        int first = parts.PortNumber();
        return new Port(first.ToString(CultureInfo.InvariantCulture), random.Chance(0.4) ? first + random.Pick(0, 1, 100) : null, protocol);
    }
}
