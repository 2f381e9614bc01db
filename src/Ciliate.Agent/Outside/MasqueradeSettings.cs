using System.IO.Enumeration;
using System.Net;
using Ciliate.Datapath;

namespace Ciliate.Agent.Outside;

/// <summary>How containers are seen outside.</summary>
/// <param name="IPv4">Whether IPv4 takes an uplink's address.</param>
/// <param name="Devices">Names of uplinks or patterns with * and ?; null: the interfaces of default routes.</param>
/// <param name="AllProtocols">Whether protocols whose ports cannot be changed leave so too.</param>
/// <param name="Excluded">Destinations that see containers by their own addresses.</param>
public sealed record MasqueradeSettings(
    bool IPv4, bool IPv6, IReadOnlyList<string>? Devices, ushort FirstPort, ushort LastPort, bool AllProtocols, IReadOnlyList<IPNetwork> Excluded)
{
    public bool IsOn => IPv4 || IPv6;

    public MasqueradeOptions? ToOptions() => IsOn ? new MasqueradeOptions(IPv4, IPv6, FirstPort, LastPort, AllProtocols) : null;

    /// <summary>Whether an interface is named; of no meaning without names.</summary>
    public bool Names(string link) => Devices?.Any(pattern => Matches(pattern, link)) == true;

    /// <param name="pattern">A name, or a pattern with * and ?.</param>
    public static bool Matches(string pattern, string link) => FileSystemName.MatchesSimpleExpression(pattern, link, ignoreCase: false);
}
