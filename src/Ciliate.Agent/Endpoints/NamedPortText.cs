using System.Globalization;
using Ciliate.Policy;

namespace Ciliate.Agent.Endpoints;

/// <summary>A named port as text: <c>http=8080/tcp</c>.</summary>
public static class NamedPortText
{
    private static readonly (string Name, byte Number)[] Protocols =
        [("tcp", IpProtocols.Tcp), ("udp", IpProtocols.Udp), ("sctp", IpProtocols.Sctp)];

    /// <exception cref="FormatException">The text is none; the message says why.</exception>
    public static NamedPort Parse(string text)
    {
        string[] parts = text.Split('=', '/');
        if (parts.Length is not (2 or 3) || text.IndexOf('=', StringComparison.Ordinal) != parts[0].Length)
            throw new FormatException($"'{text}' is not a named port (NAME=PORT, or NAME=PORT/PROTOCOL)");
        if (!NamedPort.IsName(parts[0]))
            throw new FormatException($"named port '{text}': '{parts[0]}' is not 1 to 15 letters, digits and single inner '-', one of them a letter");
        if (!ushort.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0)
            throw new FormatException($"named port '{text}': '{parts[1]}' is not a port (1-65535)");
        string protocol = parts.Length == 3 ? parts[2].ToLowerInvariant() : "tcp";
        byte number = Protocols.FirstOrDefault(known => known.Name == protocol).Number;
        return number != 0
            ? new NamedPort(parts[0].ToLowerInvariant(), number, port)
            : throw new FormatException($"named port '{text}': '{parts[2]}' is not a protocol with ports (tcp, udp, sctp)");
    }

    public static string Write(NamedPort port) => string.Create(
        CultureInfo.InvariantCulture, $"{port.Name}={port.Port}/{Protocols.First(known => known.Number == port.Protocol).Name}");
}
