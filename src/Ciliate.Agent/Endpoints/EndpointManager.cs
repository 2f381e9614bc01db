using System.Net;
using Ciliate.Agent.Addresses;
using Ciliate.Agent.Control;
using Ciliate.Agent.Identities;
using Ciliate.Agent.Policies;
using Ciliate.Agent.State;
using Ciliate.Datapath;
using Ciliate.Linux;
using Ciliate.Netlink;
using Ciliate.Policy;

namespace Ciliate.Agent.Endpoints;

/// <summary>
/// Endpoints come and go. Nothing passes before an endpoint's first generation runs, and whatever fails, nothing half-done is left:
/// <code>
/// add:    id, addresses, identity ─▶ veth (down) ─▶ programs (drop all) ─▶ entries of a new identity everywhere ─▶ first generation
///         ─▶ ipcache ─▶ links up, routes ─▶ record on disk
/// labels: record ─▶ entries of a new identity everywhere ─▶ generation of the new identity ─▶ ipcache; soon: entries of an identity that nobody has
/// delete: record ─▶ ipcache ─▶ veth ─▶ programs ─▶ entries of an identity that nobody has
/// </code>
/// Used from the control loop only; <see cref="Endpoints"/> is read by anyone.
/// </summary>
public sealed class EndpointManager(
    IDatapath datapath, HostNetwork host, EndpointAddresses addresses, AddressBook book, EndpointIdentities identities,
    Table<ushort, Endpoint> endpoints, PolicyDistributor distributor, PolicyManager policies, ProgramWorker programs, StateStore store,
    TimeProvider time, Func<Undo> beginChange)
{
    private ushort _lastId;

    public Table<ushort, Endpoint> Endpoints => endpoints;

    /// <exception cref="AgentException">The request is wrong, or a supply is used up.</exception>
    public Endpoint Add(EndpointRequest request)
    {
        string name = request.CheckedName();
        if (endpoints.Rows.FirstOrDefault(row => row.Name == name) is { } same)
            throw AgentException.Conflict($"endpoint '{name}' exists already, with id {same.Id}; delete it or choose another name");
        LabelSet labels = request.CheckedLabels();
        IReadOnlyList<NamedPort> namedPorts = request.CheckedNamedPorts();
        using NetworkNamespace container = request.OpenNamespace(host.Namespace);
        using Undo undo = beginChange();
        ushort id = TakeId();
        (IPAddress? ipv4, IPAddress? ipv6) = addresses.Take(request, undo);
        IdentityRow identity = identities.Take(labels, undo);
        using var link = new EndpointLink(host, new EndpointLinkSpec(
            id, name, container, request.CheckedInterface(),
            MacAddresses.Host(host.Owner, id, name), MacAddresses.Container(host.Owner, id, name), ipv4, ipv6));
        Link hostEnd = link.Create(datapath.UsableInterface, endpoints.Rows);
        undo.Add("create veth", () => host.Routes.TryDeleteLink(hostEnd.Name));
        Endpoint endpoint = Protect(Describe(link.Spec, hostEnd, identity, namedPorts), NobodyHas(identity), undo);
        // With the links gone first, nothing passes while the programs are taken away.
        undo.Add("connect veth", () => host.Routes.TryDeleteLink(hostEnd.Name));
        link.Connect(hostEnd);
        undo.Add("store endpoint", () => store.TakeBack(store.EndpointPath(id), () => store.DeleteEndpoint(id)));
        store.WriteEndpoint(endpoint.ToStored());
        undo.Add("list endpoint", () => endpoints.Remove(id));
        endpoints.Put(id, endpoint);
        FollowNamedPorts(endpoint, undo);
        undo.Commit();
        _lastId = id;
        return endpoints.Find(id)!;
    }

    /// <summary>Takes the endpoint away, its record first: a disk that takes no change refuses it while the endpoint is whole. What fails before its
    /// link is gone is taken back. After that it is disconnected until a repetition, for which every step stands to be done again, comes to
    /// the end; an agent that starts before prunes it.</summary>
    public void Delete(Endpoint endpoint)
    {
        using (Undo record = beginChange())
        {
            record.Add("delete record", () => store.TakeBack(store.EndpointPath(endpoint.Id), () => store.WriteEndpoint(endpoint.ToStored())));
            store.DeleteEndpoint(endpoint.Id);
            Isolate(endpoint);
            record.Commit();
        }

        try
        {
            Forget(endpoint);
        }
        catch
        {
            PutDisconnected(endpoint);
            throw;
        }
    }

    /// <summary>Gives the endpoint other labels, and with them another identity and the policies that select it: by one generation, so that
    /// nobody meets it with the new labels and the old policies.</summary>
    /// <exception cref="AgentException">No number is left for a new identity.</exception>
    public Endpoint Relabel(Endpoint endpoint, LabelSet labels)
    {
        if (labels.Equals(endpoint.Labels))
            return endpoint;
        using (Undo undo = beginChange())
        {
            IdentityRow identity = identities.Take(labels, undo);
            Endpoint changed = endpoint with { Labels = identity.Labels, Identity = identity.Id };
            undo.Add("store endpoint", () => store.TakeBack(store.EndpointPath(endpoint.Id), () => store.WriteEndpoint(endpoint.ToStored())));
            store.WriteEndpoint(changed.ToStored());
            if (endpoint.State == EndpointState.Ready)
                changed = PublishAs(changed, before: endpoint, NobodyHas(identity), undo);
            endpoints.Put(endpoint.Id, changed);
            undo.Add("show the labels before", () => endpoints.Put(endpoint.Id, endpoint));
            FollowNamedPorts(endpoint, undo);
            undo.Commit();
        }

        identities.Leave(endpoint.Identity);
        return endpoints.Find(endpoint.Id)!;
    }

    /// <summary>The endpoint's interface is gone. It keeps id, addresses and identity until it is deleted. It is disconnected even when
    /// taking it out of the kernel fails. Programs stay on an interface that only moved to another network namespace.</summary>
    public void Disconnect(Endpoint endpoint)
    {
        try
        {
            Isolate(endpoint);
            if (datapath.AttachedInterface(endpoint.Id) == 0)
                datapath.DetachEndpoint(endpoint.Id);
        }
        finally
        {
            PutDisconnected(endpoint);
        }
    }

    private void PutDisconnected(Endpoint endpoint) =>
        endpoints.Put(endpoint.Id, endpoint with { State = EndpointState.Disconnected, Generation = 0 });

    /// <summary>What is left of an endpoint whose link is gone.</summary>
    private void Forget(Endpoint endpoint)
    {
        datapath.DetachEndpoint(endpoint.Id);
        using Undo undo = beginChange();
        identities.Return(endpoint, undo);
        FollowNamedPorts(endpoint, undo);
        undo.Commit();
        addresses.Release(endpoint);
        endpoints.Remove(endpoint.Id);
        programs.Ask(endpoint.Id);
    }

    /// <summary>Attaches programs, gives them their first generation, and lets the addresses be found: in this order.</summary>
    private Endpoint Protect(Endpoint endpoint, bool newIdentity, Undo undo)
    {
        undo.Add("attach programs", () =>
        {
            distributor.Stop(endpoint.Id);
            datapath.DetachEndpoint(endpoint.Id);
        });
        Attach(endpoint);
        return Admit(endpoint, newIdentity, undo);
    }

    /// <summary>Its programs, as they are to be now. Those that an endpoint has go on when it fails. Nothing is forwarded before they run.</summary>
    internal void Attach(Endpoint endpoint)
    {
        using IPreparedPrograms prepared = datapath.PreparePrograms(endpoint.Wiring);
        Attach(endpoint, prepared);
    }

    /// <inheritdoc cref="Attach(Endpoint)"/>
    /// <param name="prepared">The programs.</param>
    internal void Attach(Endpoint endpoint, IPreparedPrograms prepared)
    {
        prepared.Attach();
        programs.Ask(endpoint.Id);
        host.Forwarding.Allow(endpoint);
    }

    /// <summary>Says why an endpoint is not as it should be; <see cref="EndpointAdoption.Retry"/> tries it again.</summary>
    internal void PutProblem(Endpoint endpoint, string problem) => endpoints.Put(endpoint.Id, endpoint with { Problem = problem });

    /// <summary>The generation of an endpoint that has programs, and then its addresses.</summary>
    internal Endpoint Admit(Endpoint endpoint, bool newIdentity, Undo undo)
    {
        if (newIdentity)
            distributor.Introduce([endpoint.Described], policies.Current.Policies, undo);
        endpoint = Start(endpoint);
        foreach (IPNetwork prefix in endpoint.Prefixes)
        {
            undo.Add($"map {prefix}", () => book.Remove(AddressSource.Endpoint, prefix));
            book.Put(AddressSource.Endpoint, prefix, endpoint.Identity);
        }

        return endpoint;
    }

    /// <summary>An endpoint that will be adopted: others are to be given their tables as if it were.</summary>
    internal void Expect(Endpoint endpoint) => distributor.Declare(endpoint.Id, endpoint.Identity, endpoint.NamedPorts);

    internal void Adopted(Endpoint endpoint)
    {
        _lastId = endpoint.Id;
        endpoints.Put(endpoint.Id, endpoint);
    }

    /// <summary>An endpoint that goes on under the generation that it had, though not all about it could be brought up to date. Null when
    /// nothing protects it.</summary>
    internal Endpoint? Keep(Endpoint endpoint)
    {
        uint generation = datapath.DumpEndpoints().FirstOrDefault(row => row.Id == endpoint.Id)?.Generation ?? 0;
        if (generation == 0 || datapath.AttachedInterface(endpoint.Id) != endpoint.HostIfIndex)
            return null;
        foreach (IPNetwork prefix in endpoint.Prefixes)
            book.Put(AddressSource.Endpoint, prefix, endpoint.Identity);
        return endpoint with { Generation = generation };
    }

    private Endpoint PublishAs(Endpoint changed, Endpoint before, bool newIdentity, Undo undo)
    {
        if (newIdentity)
            distributor.Introduce([changed.Described], policies.Current.Policies, undo);
        undo.Add("publish under the labels before", () => endpoints.Put(before.Id, Start(before)));
        changed = Start(changed);
        foreach (IPNetwork prefix in changed.Prefixes)
        {
            undo.Add($"map {prefix}", () => book.Put(AddressSource.Endpoint, prefix, before.Identity));
            book.Put(AddressSource.Endpoint, prefix, changed.Identity);
        }

        return changed;
    }

    private Endpoint Start(Endpoint endpoint)
    {
        uint generation = distributor.Start(endpoint.Id, endpoint.Described, endpoint.NamedPorts, policies.Current.Policies);
        return endpoint with { Generation = generation };
    }

    private Endpoint Describe(EndpointLinkSpec spec, Link hostEnd, IdentityRow identity, IReadOnlyList<NamedPort> namedPorts) => new()
    {
        Id = spec.Id,
        Name = spec.Name,
        Labels = identity.Labels,
        NamedPorts = namedPorts,
        Identity = identity.Id,
        NamespacePath = spec.Container.DisplayName,
        ContainerInterface = spec.Interface,
        HostInterface = hostEnd.Name,
        HostIfIndex = hostEnd.Index,
        HostMac = spec.HostMac,
        ContainerMac = spec.ContainerMac,
        IPv4 = spec.IPv4,
        IPv6 = spec.IPv6,
        Created = time.GetUtcNow(),
    };

    /// <summary>Names of its ports mean something in the egress rules of others.</summary>
    private void FollowNamedPorts(Endpoint endpoint, Undo undo)
    {
        if (endpoint.NamedPorts.Count > 0)
            distributor.Apply(policies.Current.Policies, undo);
    }

    private void Isolate(Endpoint endpoint)
    {
        using (Undo undo = beginChange())
        {
            foreach (IPNetwork prefix in endpoint.Prefixes)
            {
                // A link that is gone already leaves nothing that could be found again.
                if (host.FindOwnLink(endpoint.HostIfIndex) is not null)
                    undo.Add($"unmap {prefix}", () => book.Put(AddressSource.Endpoint, prefix, endpoint.Identity));
                book.Remove(AddressSource.Endpoint, prefix);
            }

            host.DeleteEndpointLink(endpoint.HostIfIndex, endpoint.HostMac);
            undo.Commit();
        }

        distributor.Stop(endpoint.Id);
    }

    /// <summary>Others' tables may know nothing of it, or have lost a part, also where it is still held: by an endpoint that is disconnected, or one that has
    /// left it.</summary>
    private bool NobodyHas(IdentityRow identity) =>
        !endpoints.Rows.Any(endpoint => endpoint.Identity == identity.Id && endpoint.State == EndpointState.Ready);

    private ushort TakeId()
    {
        ushort candidate = _lastId;
        for (int tried = 0; tried < Endpoint.LastId; tried++)
        {
            candidate = candidate >= Endpoint.LastId ? (ushort)1 : (ushort)(candidate + 1);
            if (endpoints.Find(candidate) is null && host.Routes.FindLink(host.EndpointInterface(candidate)) is null)
                return candidate;
        }

        throw AgentException.Exhausted($"all {Endpoint.LastId} endpoint ids are used; delete endpoints");
    }
}
