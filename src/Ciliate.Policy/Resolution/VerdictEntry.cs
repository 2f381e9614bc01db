namespace Ciliate.Policy;

/// <summary>One line of a verdict table. Of all that match a packet the one with the highest precedence decides.</summary>
/// <param name="Peer">Identity number; 0 is every peer.</param>
/// <param name="Protocol">IANA number; 0 is every protocol.</param>
/// <param name="Port">Destination port in host byte order; bits beyond the prefix are 0.</param>
/// <param name="PortPrefixLength">How many upper bits of the port must be equal: 0 (every port) to 16.</param>
/// <param name="Precedence">See <see cref="Precedences"/>.</param>
/// <param name="Rule">Where the entry comes from; of several rules that ask for the same entry, the first in order.</param>
public readonly record struct VerdictEntry(
    uint Peer,
    byte Protocol,
    ushort Port,
    byte PortPrefixLength,
    bool Deny,
    uint Precedence,
    RuleReference Rule)
{
    public bool Matches(uint peer, byte protocol, ushort port) =>
        (Peer == 0 || Peer == peer)
        && (Protocol == 0 || Protocol == protocol)
        && ((port ^ Port) >> (PortRanges.PortBits - PortPrefixLength)) == 0;
}
