namespace Ciliate.Policy;

/// <summary>Ports of a rule, both ends included, in host byte order. 0 to 65535 is every port. Of ICMP and ICMPv6 the port is the message's
/// type; protocols that have neither have every port.</summary>
/// <param name="Protocol">IANA number, or 0 where the policy names none: every protocol that has ports.</param>
/// <param name="Name">A name that an endpoint gives to a port of its own; the range then says nothing.</param>
public readonly record struct PortMatch(byte Protocol, ushort First, ushort Last, string? Name = null);

/// <summary>A port that an endpoint gives a name.</summary>
/// <param name="Name">In lower case, see <see cref="IsName"/>.</param>
/// <param name="Protocol">IANA number.</param>
/// <param name="Port">Host byte order.</param>
public readonly record struct NamedPort(string Name, byte Protocol, ushort Port)
{
    /// <summary>RFC 6335, 5.1: letters, digits and single hyphens inside, at least one letter, at most 15 characters.</summary>
    public static bool IsName(string text)
    {
        bool hasLetter = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            hasLetter |= char.IsAsciiLetter(c);
            bool innerHyphen = c == '-' && i > 0 && i < text.Length - 1 && text[i - 1] != '-';
            if (!char.IsAsciiLetterOrDigit(c) && !innerHyphen)
                return false;
        }
        return hasLetter && text.Length <= 15;
    }

    /// <summary>Does the rule mean this port, by its name?</summary>
    internal bool Fits(PortMatch match) =>
        match.Name == Name && (match.Protocol == Protocol || (match.Protocol == IpProtocols.Any && IpProtocols.WithPorts.Contains(Protocol)));
}
