using System.Net;
using System.Net.Sockets;
using Ciliate.Linux;
using Ciliate.Netlink;

namespace Ciliate.Agent.Endpoints;

/// <summary>Gives an interface an address.</summary>
internal static class AddressGift
{
    /// <param name="told">How the error names whose address it is, and the network namespace.</param>
    /// <exception cref="AgentException">IPv6 is disabled in that namespace.</exception>
    public static void Give(RouteNetlink routes, int linkIndex, IPAddress address, int prefixLength, (string Whose, string Place) told)
    {
        try
        {
            routes.AddAddress(linkIndex, address, prefixLength);
        }
        catch (NetlinkException error) when (error.Errno == Errno.EACCES && address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            throw new AgentException(
                AgentError.Conflict,
                $"{told.Whose}: IPv6 is disabled in {told.Place}; enable it there (sysctl net.ipv6.conf.all.disable_ipv6=0) or run the agent with --ipv6-range none",
                error);
        }
    }
}
