using System.Net.Sockets;
using Ciliate.Linux;

namespace Ciliate.Agent.Endpoints;

/// <summary>Whether the kernel forwards what comes in by endpoints' interfaces, and tells programs how it would: net.ipv4.conf.INTERFACE.forwarding
/// and IPv6's, of those interfaces alone. Whoever writes net.ipv4.ip_forward or net.ipv6.conf.all.forwarding writes them along.</summary>
internal sealed class Forwarding(NetworkNamespace host)
{
    private const string On = "1", Off = "0";

    public void Allow(Endpoint endpoint) => Write(endpoint, On);

    public void Forbid(Endpoint endpoint) => Write(endpoint, Off);

    /// <summary>Those whose packets are not forwarded in a family that they have. One whose interface is gone is none of them.</summary>
    public static IReadOnlyList<Endpoint> FindForbidden(IReadOnlyList<Endpoint> endpoints, HostView seen)
    {
        Dictionary<AddressFamily, IReadOnlyDictionary<int, bool>> settings = endpoints.SelectMany(endpoint => endpoint.Addresses)
            .Select(address => address.AddressFamily).Distinct().ToDictionary(family => family, seen.Forwarding);
        return [.. endpoints.Where(endpoint => endpoint.Addresses.Any(address => IsOff(endpoint, settings[address.AddressFamily])))];
    }

    private void Write(Endpoint endpoint, string value) => host.Run(() =>
    {
        foreach (string setting in Settings(endpoint))
            Sysctl.Write(setting, value);
    });

    private static bool IsOff(Endpoint endpoint, IReadOnlyDictionary<int, bool> settings) =>
        settings.TryGetValue(endpoint.HostIfIndex, out bool on) && !on;

    private static IEnumerable<string> Settings(Endpoint endpoint) => endpoint.Addresses.Select(address =>
        $"net/{(address.AddressFamily == AddressFamily.InterNetwork ? "ipv4" : "ipv6")}/conf/{endpoint.HostInterface}/forwarding");
}
