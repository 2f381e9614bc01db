namespace Ciliate.Policy;

/// <summary>What one entry says of protocol and port.</summary>
internal readonly record struct PortPattern(byte Protocol, PortPrefix Prefix)
{
    public static readonly PortPattern Everything = new(IpProtocols.Any, default);

    public bool Matches(byte protocol, ushort port) =>
        (Protocol == IpProtocols.Any || Protocol == protocol) && ((port ^ Prefix.Port) >> (PortRanges.PortBits - Prefix.Length)) == 0;

    public static PortPattern Of(NamedPort port) => new(port.Protocol, new PortPrefix(port.Port, PortRanges.PortBits));
}

/// <summary>Ports of rules → patterns of entries, for one direction of one endpoint.</summary>
/// <param name="ownPorts">The names that the endpoint gives to its ports, where a rule's names mean these: for ingress.
/// Null where they mean the peers': for egress.</param>
internal sealed class PortPatterns(IReadOnlyList<NamedPort>? ownPorts)
{
    public bool OwnNames => ownPorts is not null;

    public IEnumerable<PortPattern> Of(PortMatch match) =>
        match.Name is null ? OfRange(match) : (ownPorts ?? []).Where(port => port.Fits(match)).Select(PortPattern.Of);

    private static IEnumerable<PortPattern> OfRange(PortMatch match)
    {
        byte[] protocols = match.Protocol == IpProtocols.Any ? [.. IpProtocols.WithPorts] : [match.Protocol];
        return from prefix in PortRanges.Decompose(match.First, match.Last)
               from protocol in protocols
               select new PortPattern(protocol, prefix);
    }
}
