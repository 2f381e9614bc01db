namespace Ciliate.Policy;

/// <summary>
/// The order of verdict entries as one number, higher wins.
/// <code>
/// bit 31     deny beats allow
/// bits 7-30  0; room for an order that people write
/// bit 6      the peer is given
/// bits 1-5   length of the port prefix, 0 to 16
/// bit 0      the protocol is given
/// </code>
/// Two different entries that match the same packet never have the same number: where the lower seven bits are
/// equal the entries have the same wildcards, hence the same key.
/// </summary>
public static class Precedences
{
    private const uint DenyBit = 1u << 31;
    private const uint PeerBit = 1u << 6;
    private const int PortShift = 1;
    private const uint ProtocolBit = 1;

    public static uint Of(bool deny, uint peer, byte protocol, byte portPrefixLength) =>
        (deny ? DenyBit : 0)
        | (peer != 0 ? PeerBit : 0)
        | ((uint)portPrefixLength << PortShift)
        | (protocol != 0 ? ProtocolBit : 0);
}
