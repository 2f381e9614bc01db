using System.Net;
using Ciliate.Agent.Control;
using Ciliate.Agent.Identities;
using Ciliate.Agent.Policies;
using Ciliate.Agent.State;
using Ciliate.Datapath;
using Ciliate.Netlink;
using Ciliate.Policy;

namespace Ciliate.Agent.Endpoints;

/// <summary>What the adoption found.</summary>
/// <param name="Pruned">Endpoints and links that belonged to the agent and have no record.</param>
public sealed record AdoptionResult(int Adopted, int Disconnected, int Pruned);

/// <summary>Start-up: reads what is on disk, takes over what is in the kernel, and only then removes what no record knows. Traffic goes on
/// all the while: programs and links that are there stay, and each endpoint's policy is replaced by one store.</summary>
public sealed class EndpointAdoption(
    IDatapath datapath, HostNetwork host, EndpointAddresses addresses, IdentityAllocator identities, EndpointManager manager,
    PolicyManager policies, StateStore store, Func<Undo> beginChange)
{
    /// <exception cref="StateException">A file is torn, invalid, or contradicts another.</exception>
    /// <exception cref="DatapathException">The kernel refuses an endpoint.</exception>
    public AdoptionResult Run()
    {
        Load("identities.json", () => identities.Load(store.ReadIdentities()));
        Load("policies.json", policies.Load);
        Endpoint[] stored = [.. store.ReadEndpoints().Select(Read).OrderBy(endpoint => endpoint.Created)];
        foreach (Endpoint endpoint in stored)
            Load($"endpoints/{endpoint.Id}.json", () => TakeOver(endpoint, stored));

        ILookup<bool, Endpoint> connected = stored.ToLookup(HasLink);
        foreach (Endpoint endpoint in connected[false])
            manager.Disconnect(endpoint);
        foreach (IPAddress gateway in host.Gateways)
            datapath.UpsertIpcache(Single(gateway), ReservedIdentities.Host);
        Endpoint[] alive = [.. connected[true].Where(TryProtect)];
        return new AdoptionResult(alive.Length, stored.Length - alive.Length, Prune(alive));
    }

    private bool HasLink(Endpoint endpoint) => host.Routes.FindLink(endpoint.HostInterface) is { } link
        && link.Index == endpoint.HostIfIndex && link.Alias == host.Owner;

    private void TakeOver(Endpoint endpoint, Endpoint[] all)
    {
        if (all.Any(other => other.Name == endpoint.Name && other.Id != endpoint.Id))
            throw new FormatException($"another endpoint is named '{endpoint.Name}' too");
        identities.Adopt(endpoint.Identity, endpoint.Labels);
        addresses.Adopt(endpoint);
    }

    /// <summary>False, and the endpoint is disconnected, when its link vanished after we saw it: a namespace that ends takes its links along
    /// some time later.</summary>
    private bool TryProtect(Endpoint endpoint)
    {
        try
        {
            // The change is never undone: after a failure what runs in the kernel goes on protecting the container.
            Undo undo = beginChange();
            manager.Adopted(manager.Protect(endpoint, newIdentity: false, undo));
            return true;
        }
        catch (DatapathException) when (!HasLink(endpoint))
        {
            manager.Disconnect(endpoint);
            return false;
        }
    }

    /// <summary>First nobody finds the way, then there is no way, then nobody guards it.</summary>
    private int Prune(Endpoint[] alive)
    {
        HashSet<IPNetwork> known = [.. alive.SelectMany(endpoint => endpoint.Prefixes), .. host.Gateways.Select(Single)];
        foreach (IpcacheRow row in datapath.DumpIpcache().Where(row => !known.Contains(row.Prefix)))
            datapath.DeleteIpcache(row.Prefix);
        Link[] strayLinks = [.. host.OwnEndpointLinks().Where(link => !alive.Any(endpoint => endpoint.HostIfIndex == link.Index))];
        foreach (Link link in strayLinks)
            host.Routes.TryDeleteLink(link.Name);
        ushort[] strayPrograms = [.. datapath.AttachedEndpoints().Where(id => !alive.Any(endpoint => endpoint.Id == id))];
        foreach (ushort id in strayPrograms)
            datapath.DetachEndpoint(id);
        return Math.Max(strayLinks.Length, strayPrograms.Length);
    }

    private Endpoint Read(StoredEndpoint stored)
    {
        Endpoint? endpoint = null;
        Load($"endpoints/{stored.Id}.json", () => endpoint = Endpoint.FromStored(stored));
        return endpoint!;
    }

    private void Load(string file, Action load)
    {
        try
        {
            load();
        }
        catch (Exception error) when (error is FormatException or ArgumentException or LabelException or AgentException)
        {
            throw StateStore.Invalid(store.PathOf(file), error.Message, error);
        }
    }

    private static IPNetwork Single(IPAddress address) => new(address, address.GetAddressBytes().Length * 8);
}
