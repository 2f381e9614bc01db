namespace Ciliate.Policy;

/// <summary>One element of <c>ingress</c> or <c>egress</c>. Both parts must match a packet. A rule without either allows nothing.</summary>
/// <param name="Peers">Null: the rule does not speak of peers, so any. Empty: no peer. Otherwise those that one of them selects.</param>
/// <param name="Ports">Null: the rule does not speak of ports, so every protocol and port. Empty: no port.</param>
public sealed record PolicyRule(IReadOnlyList<LabelSelector>? Peers, IReadOnlyList<PortMatch>? Ports);
