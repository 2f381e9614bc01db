using System.Net.Sockets;
using Ciliate.Linux;
using Ciliate.Netlink;

namespace Ciliate.Demo.Machine;

/// <summary>Links, addresses and routes of the machine's own network, to tell that nothing has changed there.</summary>
internal sealed record HostSnapshot(IReadOnlyList<string> Lines)
{
    public static HostSnapshot Take()
    {
        using var own = NetworkNamespace.OpenCurrent();
        using var network = RouteNetlink.Open(own);
        return new HostSnapshot(
        [
            .. network.ListLinks().Select(link => $"link {link.Name} {link.Index} {link.Mac}"),
            .. network.ListAddresses().Select(address => $"address {address.Address}/{address.PrefixLength} of link {address.LinkIndex}"),
            .. new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 }.SelectMany(family => network.ListRoutes(family))
                .Select(route => $"route {route.Destination} by {route.Gateway} link {route.LinkIndex}"),
        ]);
    }

    /// <summary>What is new or gone since <paramref name="before"/>.</summary>
    public IEnumerable<string> DifferenceFrom(HostSnapshot before) =>
        Lines.Except(before.Lines).Select(line => "new: " + line).Concat(before.Lines.Except(Lines).Select(line => "gone: " + line));
}
