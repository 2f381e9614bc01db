namespace Ciliate.Policy;

/// <summary>One element of <c>ingress</c>, <c>ingressDeny</c>, <c>egress</c> or <c>egressDeny</c>. Both parts must match a packet.
/// A rule without either matches nothing.</summary>
/// <param name="Peers">Null: the rule does not speak of peers, so any. Empty: no peer. Otherwise those that one of them selects.</param>
/// <param name="Ports">Null: the rule does not speak of ports, so every protocol and port. Empty: no port.</param>
public sealed record PolicyRule(IReadOnlyList<PeerSelector>? Peers, IReadOnlyList<PortMatch>? Ports);
