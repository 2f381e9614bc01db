namespace Ciliate.Policy;

/// <summary>Ports of a rule, both ends included, in host byte order. 0 to 65535 is every port.</summary>
/// <param name="Protocol">6 TCP, 17 UDP, or 0 where the policy names none: every protocol that has ports.</param>
public readonly record struct PortMatch(byte Protocol, ushort First, ushort Last);
