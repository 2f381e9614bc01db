using System.Net;
using Ciliate.Agent.Addresses;
using Ciliate.Policy;

namespace Ciliate.Agent.Endpoints;

/// <summary>Keeps every address of the agent's own namespace in ipcache as the host: a container that speaks to one of them, or hears from
/// it, meets the host and not the world. Used from the control loop only.</summary>
public sealed class HostAddresses(AddressBook addresses, HostNetwork host)
{
    private readonly HashSet<IPNetwork> _known = [];

    /// <summary>Those that the last refresh wrote; the gateways are always among them.</summary>
    public IReadOnlySet<IPNetwork> Known => _known;

    /// <summary>Brings ipcache to what the namespace has. Safe to repeat.</summary>
    public void Refresh(HostView seen)
    {
        HashSet<IPNetwork> now = [.. host.Gateways.Concat(host.OwnAddresses(seen)).Select(Single)];
        foreach (IPNetwork prefix in now.Except(_known).ToArray())
        {
            addresses.Put(AddressSource.Host, prefix, ReservedIdentities.Host);
            _known.Add(prefix);
        }

        foreach (IPNetwork prefix in _known.Except(now).ToArray())
        {
            addresses.Remove(AddressSource.Host, prefix);
            _known.Remove(prefix);
        }
    }

    private static IPNetwork Single(IPAddress address) => new(address, address.GetAddressBytes().Length * 8);
}
