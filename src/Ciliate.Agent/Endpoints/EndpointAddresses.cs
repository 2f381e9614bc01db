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

    /// <summary>Endpoints from before the agent was restarted must have addresses of the ranges that it has now: else their containers' routes
    /// lead to a gateway that is no more.</summary>
    /// <exception cref="AgentException">One has another.</exception>
    public void RequireRanges(IEnumerable<Endpoint> endpoints)
    {
        foreach (Endpoint endpoint in endpoints)
        {
            RequireRange(_ipv4, AgentOptions.IPv4Range, endpoint, endpoint.IPv4);
            RequireRange(_ipv6, AgentOptions.IPv6Range, endpoint, endpoint.IPv6);
        }
    }

    /// <summary>Takes what an endpoint has had since before the agent was restarted.</summary>
    /// <exception cref="AgentException">Another has it too.</exception>
    public void Adopt(Endpoint endpoint)
    {
        Reserve(_ipv4, AgentOptions.IPv4Range, endpoint.IPv4);
        Reserve(_ipv6, AgentOptions.IPv6Range, endpoint.IPv6);
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
        IPAddress? address = wanted is null ? pool?.Allocate() : Reserve(pool, option, wanted);
        if (address is not null)
            undo.Add($"take address {address}", () => pool!.Release(address));
        return address;
    }

    private static IPAddress? Reserve(AddressPool? pool, AgentOption option, IPAddress? address)
    {
        if (address is null)
            return null;
        return pool is null
            ? throw AgentException.Invalid($"address {address} cannot be given: {option.Name} is none")
            : pool.Reserve(address);
    }

    private static void RequireRange(AddressPool? pool, AgentOption option, Endpoint endpoint, IPAddress? address)
    {
        if (address is not null && pool?.Range.Contains(address) != true)
        {
            throw AgentException.Conflict(
                $"{option.Name} is {pool?.Range.Network.ToString() ?? "none"}, but endpoint {endpoint.Id} ({endpoint.Name}) has {address}; "
                + $"set {option.Name} back, delete all endpoints, and then change it");
        }
    }

    private static AddressPool? Pool(AgentOption option, AddressRange? range) =>
        range is null ? null : new AddressPool(option.Name, range);
}
