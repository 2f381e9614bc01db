using Ciliate.Agent.Addresses;
using Ciliate.Agent.Control;
using Ciliate.Agent.Identities;
using Ciliate.Agent.Logging;
using Ciliate.Agent.Policies;
using Ciliate.Agent.State;
using Ciliate.Datapath;
using Ciliate.Linux;
using Ciliate.Netlink;
using Ciliate.Policy;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Endpoints;

/// <summary>What the adoption found.</summary>
/// <param name="Pruned">Endpoints and links that belonged to the agent and have no record.</param>
public sealed record AdoptionResult(int Adopted, int Disconnected, int Pruned);

/// <summary>Start-up: reads what is on disk, takes over what is in the kernel, and only then removes what no record knows. Traffic goes on
/// all the while: programs and links that are there stay, and each endpoint's policy is replaced by one store.</summary>
public sealed class EndpointAdoption(
    IDatapath datapath, HostNetwork host, HostAddresses hostAddresses, EndpointAddresses addresses, AddressBook book, IdentityAllocator identities,
    EndpointIdentities held, EndpointManager manager, PolicyManager policies, NamedPrefixes prefixes, StateStore store, UserObjects objects, Func<Undo> beginChange, ILogger logger)
{
    /// <param name="followed">What the policy directory holds: also what was written there while no agent ran is in force from the first generation on. Null:
    /// none is followed.</param>
    /// <exception cref="StateException">A file is torn, invalid, or contradicts another.</exception>
    /// <exception cref="AgentException">The policy directory holds no policy any more, an endpoint lives in another network namespace or has an address of another range, or the gateway cannot be made.</exception>
    public AdoptionResult Run(PolicyReading? followed)
    {
        Load(StateStore.IdentityFile, LoadIdentities);
        Load("policies.json", policies.Load);
        PolicyState before = policies.Current;
        PolicyOutcome taken = policies.TakeOver(followed?.Files);
        if (followed is not null)
            logger.FollowedPoliciesGone(before, taken);
        else if (taken.Deleted.Count > 0)
            logger.FollowedPoliciesLeft(taken.Deleted.Count);
        Load(StateStore.IdentityFile, () => prefixes.Adopt(policies.Current.Policies, datapath.DumpIpcache()));
        Endpoint[] stored = [.. store.ReadEndpoints().Select(Read).OrderBy(endpoint => endpoint.Created)];
        addresses.RequireRanges(stored);
        foreach (Endpoint endpoint in stored)
            Load($"endpoints/{endpoint.Id}.json", () => TakeOver(endpoint, stored));

        uint[] yielded = [.. HoldYielded()];
        RefuseEndpointsElsewhere(stored);
        host.EnsureGateway();
        hostAddresses.Refresh(host.Look());
        Endpoint[] present = [.. stored.Select(endpoint => endpoint.Seen(host))];
        foreach (Endpoint endpoint in present.Where(endpoint => !HasLink(endpoint)))
            TryDisconnect(endpoint);
        // Before any table changes: the new ones have nothing about the identity of a container that no record knows.
        int pruned = Prune(present);
        Endpoint[] alive = [.. present.Where(HasLink).Where(TryProtect)];
        prefixes.MapAdopted();
        prefixes.Retire(policies.Current.Policies);
        // What could not be brought up to date goes on with the one that it had.
        foreach (uint identity in yielded.Except(datapath.DumpEndpoints().Select(row => row.Identity)))
            held.LetGo(identity);
        foreach (IpcacheRow row in datapath.DumpIpcache().Where(row => !book.Contains(row.Prefix)))
            datapath.DeleteIpcache(row.Prefix);
        return new AdoptionResult(alive.Length, stored.Length - alive.Length, pruned);
    }

    private void LoadIdentities()
    {
        identities.Load(store.ReadIdentities(out string? problem));
        if (problem is not null)
            logger.IdentitiesIncomplete(problem);
    }

    /// <summary>Identities that no record has and the kernel still yields for a container, since a change of its labels was cut short: until it
    /// has its new generation, the others' tables must know them.</summary>
    private IEnumerable<uint> HoldYielded()
    {
        foreach (uint number in datapath.DumpEndpoints().Select(row => row.Identity).Distinct())
        {
            if (identities.Identities.Find(number) is not { Prefix: null, Holders: 0 } row)
                continue;
            identities.Adopt(number, row.Labels);
            yield return number;
        }
    }

    /// <summary>Programs that hang on an interface which is not here belong to containers that live. An agent started in the wrong place would
    /// take them for lost, and their traffic would pass unguarded.</summary>
    private void RefuseEndpointsElsewhere(Endpoint[] stored)
    {
        foreach (ushort id in datapath.AttachedEndpoints())
        {
            int index = datapath.AttachedInterface(id);
            if (index == 0 || host.FindOwnLink(index) is not null)
                continue;
            string name = stored.FirstOrDefault(endpoint => endpoint.Id == id)?.Name ?? "without a record";
            throw AgentException.Conflict(
                $"endpoint {id} ({name}): its interface {index} lives in another network namespace; "
                + "start the agent there, or delete that interface, or delete state-dir and bpf-root");
        }
    }

    private bool HasLink(Endpoint endpoint) => host.FindOwnLink(endpoint.HostIfIndex) is not null;

    private void TakeOver(Endpoint endpoint, Endpoint[] all)
    {
        if (all.Any(other => other.Name == endpoint.Name && other.Id != endpoint.Id))
            throw new FormatException($"another endpoint is named '{endpoint.Name}' too");
        identities.Adopt(endpoint.Identity, endpoint.Labels);
        addresses.Adopt(endpoint);
        manager.Expect(endpoint);
    }

    /// <summary>Tries once more what the kernel has refused at start-up.</summary>
    public void Retry()
    {
        foreach (Endpoint endpoint in manager.Endpoints.Rows.Where(endpoint => endpoint.Problem is not null).ToArray())
        {
            string? problem = null;
            Endpoint? now = Protect(endpoint, refused => problem = refused);
            if (now is not null && problem != endpoint.Problem)
                manager.Endpoints.Put(endpoint.Id, now);
            if (now is { Problem: null })
                logger.AdoptionCompleted(endpoint.Id, endpoint.Name);
        }
    }

    /// <summary>False, and the endpoint is disconnected, when its link vanished after we saw it (a namespace that ends takes its links along
    /// some time later) or nothing protects it.</summary>
    private bool TryProtect(Endpoint endpoint)
    {
        string? problem = null;
        if (Protect(endpoint, refused => problem = refused) is { } adopted)
        {
            manager.Adopted(adopted);
            if (problem is not null)
                logger.AdoptionIncomplete(endpoint.Id, endpoint.Name, problem);
            return true;
        }

        logger.AdoptionFailed(endpoint.Id, endpoint.Name, problem ?? "");
        TryDisconnect(endpoint);
        return false;
    }

    /// <summary>Brings programs, policy and addresses up to date. What the kernel refuses is as it was, and goes on: programs run under any
    /// generation, and a generation under any programs. Null when there is nothing that could go on.</summary>
    /// <param name="refused">Told why something was refused.</param>
    private Endpoint? Protect(Endpoint endpoint, Action<string> refused)
    {
        string? problem = null;
        bool done = Try(() => manager.Attach(endpoint));
        Endpoint? admitted = null;
        // The change is never undone: after a failure what runs in the kernel goes on protecting the container until its link is gone.
        Undo undo = beginChange();
        if (!Try(() => admitted = manager.Admit(endpoint, newIdentity: false, undo)) || !done)
            admitted = manager.Keep(endpoint);
        return admitted is null ? null : admitted with { Problem = problem };

        bool Try(Action step)
        {
            try
            {
                step();
                return true;
            }
            catch (Exception error) when (error is DatapathException or NetlinkException or LinuxException)
            {
                problem = error.Message;
                refused(problem);
                return false;
            }
        }
    }

    private void TryDisconnect(Endpoint endpoint)
    {
        try
        {
            manager.Disconnect(endpoint);
        }
        catch (Exception error) when (error is DatapathException or NetlinkException)
        {
            logger.DisconnectFailed(endpoint.Id, endpoint.Name, error.Message);
        }
    }

    /// <summary>What belongs to no record: first there is no way, then nobody guards it.</summary>
    private int Prune(Endpoint[] stored)
    {
        Link[] strayLinks = [.. host.OwnEndpointLinks().Where(link => !stored.Any(endpoint => endpoint.HostIfIndex == link.Index))];
        foreach (Link link in strayLinks)
            host.Routes.TryDeleteLink(link.Name);
        // Those of a disconnected endpoint that could not be taken out go when it is deleted.
        ushort[] strayPrograms = [.. datapath.AttachedEndpoints().Where(id => !stored.Any(endpoint => endpoint.Id == id))];
        foreach (ushort id in strayPrograms)
            datapath.DetachEndpoint(id);
        return Math.Max(strayLinks.Length, strayPrograms.Length);
    }

    private Endpoint Read(StoredEndpoint stored)
    {
        Endpoint? endpoint = null;
        Load($"endpoints/{stored.Id}.json", () => endpoint = Endpoint.FromStored(stored, objects.Read));
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
}
