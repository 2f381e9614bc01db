using System.Globalization;
using System.Net;
using Ciliate.Agent.Endpoints;
using Ciliate.Datapath;
using Ciliate.Netlink;

namespace Ciliate.Agent.Outside;

/// <summary>
/// Two agents that took the same ports of one address would give one port to two flows. So each says what it takes by the alias of the link that faces its
/// gateway, where it stands as long as its programs do, also while the agent does not run:
/// <code>
/// ciliate-masquerade 16384-32767 192.0.2.7 2001:db8::7
/// </code>
/// </summary>
public static class MasqueradeClaim
{
    private const string Mark = "ciliate-masquerade";

    /// <summary>IFALIASZ of linux/if.h without the final zero.</summary>
    private const int LongestAlias = 255;

    /// <summary>Says what this agent takes now. Safe to repeat; without a gateway nothing is said.</summary>
    public static void Put(HostNetwork host, MasqueradeSettings settings, IReadOnlyList<Uplink> uplinks)
    {
        if (host.Routes.FindLink(host.GatewayPeer) is not { } link)
            return;
        string alias = "";
        foreach (IPAddress address in uplinks.SelectMany(AddressesOf))
        {
            alias = alias.Length == 0 ? string.Create(CultureInfo.InvariantCulture, $"{Mark} {settings.FirstPort}-{settings.LastPort}") : alias;
            alias = alias.Length + 1 + address.ToString().Length <= LongestAlias ? $"{alias} {address}" : alias;
        }

        if (link.Alias != alias)
            host.Routes.SetAlias(link.Index, alias);
    }

    /// <exception cref="AgentException">Another agent of this namespace takes ports that are this one's too, of the same address.</exception>
    public static void RefuseOverlap(HostNetwork host, MasqueradeSettings settings)
    {
        if (!settings.IsOn)
            return;
        HostView seen = host.Look();
        string[] wanted = [.. new UplinkDiscovery(settings, host).Find(seen).SelectMany(AddressesOf).Select(address => address.ToString())];
        foreach (Link link in seen.Links)
        {
            if (link.Alias.Split(' ') is not [Mark, var ports, .. var taken] || !Overlap(ports, settings)
                || taken.FirstOrDefault(wanted.Contains) is not { } shared)
            {
                continue;
            }

            // The gateway, which has the agent's name.
            Link? other = seen.Links.FirstOrDefault(peer => peer.Index == link.PeerIndex);
            if (other is not null && host.IsOwn(other))
                continue;
            throw AgentException.Conflict(
                $"masquerade-ports {settings.FirstPort}-{settings.LastPort} overlap {ports} of {(other is null ? "the agent" : HostNetwork.NameOfOwner(other))} at "
                + $"interface {link.Name}, which masquerades by {shared} too; give each agent ports of its own");
        }
    }

    private static bool Overlap(string ports, MasqueradeSettings settings) =>
        ports.Split('-') is [var first, var last]
        && ushort.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out ushort from)
        && ushort.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out ushort to)
        && settings.FirstPort <= to && from <= settings.LastPort;

    private static IEnumerable<IPAddress> AddressesOf(Uplink uplink) => new[] { uplink.IPv4, uplink.IPv6 }.OfType<IPAddress>();
}
