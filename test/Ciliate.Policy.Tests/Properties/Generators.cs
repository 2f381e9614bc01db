using CsCheck;
using LabelMap = System.Collections.Generic.Dictionary<(string Source, string Key), string>;

namespace Ciliate.Policy.Tests.Properties;

/// <summary>One case for the oracle: policies, an endpoint, and all identities that can be its peer.</summary>
internal sealed record Case(WrittenPolicy[] Policies, Party Endpoint, Party[] Peers, bool AllowHost);

/// <summary>Labels, and the TCP port that it calls http, if any. An address outside has the labels of the world.</summary>
internal sealed record Party(LabelMap Labels, ushort? Http, string? Address = null);

/// <summary>Small worlds with few keys, values and ports, so that things meet.</summary>
internal static class Generators
{
    private const string NamespaceKey = "io.kubernetes.pod.namespace";

    private static readonly Gen<string> Value = OneOf("a", "b", "c");

    private static readonly Gen<string> SelectorKey = Gen.Frequency(
        (12, OneOf("app", "env", "any:app", "k8s:app", "container:app", "k8s:env", "host")),
        (1, OneOf(NamespaceKey, "k8s:" + NamespaceKey)),
        (1, OneOf("reserved:host", "reserved:world")));

    private static readonly Gen<WrittenExpression> Expression = Gen.Select(
        SelectorKey, OneOf("In", "NotIn", "Exists", "DoesNotExist"), Value.Array[1, 2],
        (key, op, values) => new WrittenExpression(key, op, op is "In" or "NotIn" ? values : []));

    private static readonly Gen<WrittenSelector> Selector = Gen.Frequency(
        (1, OneOf(new WrittenSelector([], []))),
        (1, Gen.Select(OneOf("reserved:host", "reserved:world"), key => new WrittenSelector([(key, "")], []))),
        (4, Gen.Select(
            Gen.Select(SelectorKey, Value).Array[0, 2], Expression.Array[0, 2],
            (labels, expressions) => new WrittenSelector([.. labels.DistinctBy(label => label.Item1)], expressions))));

    /// <summary>Subjects do not name a namespace in matchLabels: the reader refuses one that is not the policy's.</summary>
    private static readonly Gen<WrittenSelector> Subject = Gen.Frequency(
        (2, OneOf(new WrittenSelector([], []))),
        (3, Selector.Where(selector => !selector.MatchLabels.Any(label => label.Key.EndsWith(NamespaceKey, StringComparison.Ordinal)))));

    private static readonly Gen<WrittenPort> Port = Gen.Select(
        Gen.Frequency((1, OneOf<ushort>(0)), (5, OneOf<ushort>(1, 79, 80, 81, 255, 256, 65535)), (2, Gen.UShort[1, 65535])),
        Gen.Frequency((3, OneOf<ushort?>((ushort?)null)), (1, OneOf<ushort?>(0)), (2, Gen.UShort.Select(end => (ushort?)end))),
        OneOf<string?>(null, "", "ANY", "TCP", "UDP"), OneOf<string?>(null, null, null, "http", "HTTP"),
        (port, end, protocol, name) => new WrittenPort(name, port, name is not null || (end is { } last && (last < port || port == 0)) ? null : end, protocol));

    /// <summary>Each inside of those before it.</summary>
    private static readonly string[] Nested = ["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3/32"];

    private static readonly Gen<WrittenBlock> Block = Gen.Select(
        Gen.Int[0, Nested.Length - 1], Gen.Int[0, Nested.Length - 1].Array[0, 2],
        (at, except) => new WrittenBlock(Nested[at], [.. except.Where(inner => inner >= at).Select(inner => Nested[inner])]));

    private static readonly Gen<WrittenPeers> Peers = Gen.Frequency(
        (2, Gen.Const(new WrittenPeers(null, null, null))),
        (4, Selector.Array[0, 2].Select(selectors => new WrittenPeers(selectors, null, null))),
        (2, OneOf("all", "world", "host", "cluster", "remote-node", "none", "world-ipv4").Array[0, 2].Select(names => new WrittenPeers(null, names, null))),
        (3, Block.Array[0, 2].Select(blocks => new WrittenPeers(null, null, blocks))));

    private static readonly Gen<WrittenRule> Rule = Gen.Frequency(
        (4, Gen.Select(Peers, OrNull(OrNull(Port.Array[0, 3]).Array[0, 2]), (peers, ports) => new WrittenRule(peers, ports!, null))),
        (1, Gen.Select(Peers, OneOf<byte>(0, 8, 13).Array[0, 2], (peers, types) => new WrittenRule(peers, null, types))));

    private static readonly Gen<WrittenDirection> Direction = Gen.Select(
        OrNull(Rule.Array[0, 3]), Gen.Frequency((2, OneOf<WrittenRule[]?>((WrittenRule[]?)null)), (1, Rule.Array[0, 2].Select(rules => (WrittenRule[]?)rules))),
        OneOf<bool?>(null, null, null, true, false),
        (allow, deny, defaultDeny) => new WrittenDirection(allow, deny, defaultDeny));

    private static readonly Gen<WrittenSpec> Spec = Gen.Select(
        Subject, Direction, Direction,
        (subject, ingress, egress) => new WrittenSpec(subject, ingress, egress));

    private static readonly Gen<WrittenPolicy[]> PolicyList = Gen.Select(
            OneOf<string?>(null, null, "n1", "n2"), Spec.Array[1, 2], (space, specs) => new WrittenPolicy("", space, specs))
        .Array[0, 4]
        .Select(policies => policies.Select((policy, index) => policy with { Name = $"p{index}" }).ToArray());

    private static readonly Gen<LabelMap> Labels = Gen.Select(
        Gen.Select(OneOf(("k8s", "app"), ("container", "app"), ("k8s", "env"), ("container", "env"), ("container", "host")), Value).Array[0, 3],
        OneOf<string?>(null, "n1", "n2"),
        (labels, space) =>
        {
            var map = labels.DistinctBy(label => label.Item1).ToDictionary(label => label.Item1, label => label.Item2);
            if (space is not null)
                map[("k8s", NamespaceKey)] = space;
            return map;
        });

    private static readonly Gen<Party> Container = Gen.Select(
        Labels, OneOf<ushort?>(null, 80, 81), (labels, http) => new Party(labels, http));

    public static readonly Gen<Case> Cases = Gen.Select(
        PolicyList, Container, Container.Array[0, 6], Gen.Bool,
        (policies, endpoint, peers, allowHost) => new Case(policies, endpoint, peers, allowHost));

    private static Gen<T> OneOf<T>(params T[] items) => Gen.Int[0, items.Length - 1].Select(index => items[index]);

    private static Gen<T?> OrNull<T>(Gen<T> gen) where T : class => Gen.Frequency((1, OneOf<T?>((T?)null)), (2, gen.Select(item => (T?)item)));
}
