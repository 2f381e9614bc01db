using System.Net;
using Ciliate.Agent.Configuration;
using Ciliate.Agent.Control;
using Ciliate.Agent.Ipam;

namespace Ciliate.Agent.Endpoints;

/// <summary>The pools of both families.</summary>
public sealed class EndpointAddresses(AgentConfiguration configuration)
{
    private readonly AddressPool? _ipv4 = Pool(AgentOptions.IPv4Range, configuration.IPv4Range);
    private readonly AddressPool? _ipv6 = Pool(AgentOptions.IPv6Range, configuration.IPv6Range);

    public IEnumerable<AddressPool> Pools => new[] { _ipv4, _ipv6 }.OfType<AddressPool>();

    /// <summary>One address of each family that is on; taken back by <paramref name="undo"/>.</summary>
    public (IPAddress? IPv4, IPAddress? IPv6) Take(EndpointRequest request, Undo undo) =>
        (Take(_ipv4, AgentOptions.IPv4Range, request.IPv4, undo), Take(_ipv6, AgentOptions.IPv6Range, request.IPv6, undo));

    /// <summary>Takes what an endpoint has had since before the agent was restarted. An address outside of a range that was changed
    /// meanwhile stays the endpoint's; no pool would give it to another.</summary>
    public void Adopt(Endpoint endpoint)
    {
        foreach (AddressPool pool in Pools)
        {
            foreach (IPAddress address in endpoint.Addresses.Where(pool.Range.Contains))
                pool.Reserve(address);
        }
    }

    /// <summary>Safe to repeat.</summary>
    public void Release(Endpoint endpoint)
    {
        foreach (IPAddress address in endpoint.Addresses)
            Release(address);
    }

    private void Release(IPAddress address)
    {
        foreach (AddressPool pool in Pools.Where(pool => pool.Range.Contains(address)))
            pool.Release(address);
    }

    private static IPAddress? Take(AddressPool? pool, AgentOption option, IPAddress? wanted, Undo undo)
    {
        if (pool is null)
        {
            return wanted is null
                ? null
                : throw AgentException.Invalid($"address {wanted} cannot be given: {option.Name} is none");
        }

        IPAddress address = wanted is null ? pool.Allocate() : pool.Reserve(wanted);
        undo.Add($"take address {address}", () => pool.Release(address));
        return address;
    }

    private static AddressPool? Pool(AgentOption option, AddressRange? range) =>
        range is null ? null : new AddressPool(option.Name, range);
}
