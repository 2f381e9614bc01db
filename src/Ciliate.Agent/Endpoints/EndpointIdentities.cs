using Ciliate.Agent.Control;
using Ciliate.Agent.Identities;
using Ciliate.Agent.Policies;
using Ciliate.Agent.State;
using Ciliate.Policy;

namespace Ciliate.Agent.Endpoints;

/// <summary>The identities that endpoints take, let go of, and leave for others. Used from the control loop only.</summary>
public sealed class EndpointIdentities(IdentityAllocator identities, PolicyDistributor distributor, StateStore store)
{
    /// <summary>Those that endpoints had before they got other labels, once for each endpoint: still held.</summary>
    private readonly List<uint> _former = [];

    /// <summary>The identity of these labels, with one holder more, on disk.</summary>
    /// <exception cref="AgentException">No number is left, or the disk does not take it.</exception>
    internal IdentityRow Take(LabelSet labels, Undo undo)
    {
        IdentityRow identity = identities.Acquire(labels);
        undo.Add("take identity", () => identities.Release(identity.Id));
        identities.Record(store);
        return identity;
    }

    /// <summary>One endpoint less has the identity. What fails has let go of nothing.</summary>
    internal void LetGo(uint identity)
    {
        bool last = identities.Identities.Find(identity)!.Holders == 1;
        if (last)
            distributor.Withdraw([identity]);
        identities.Release(identity);
    }

    /// <summary>As <see cref="LetGo"/>, for an endpoint that goes.</summary>
    internal void Return(Endpoint endpoint, Undo undo)
    {
        LetGo(endpoint.Identity);
        undo.Add("return identity", () => identities.Adopt(endpoint.Identity, endpoint.Labels));
    }

    /// <summary>An endpoint has another identity now. It is let go of by <see cref="CleanUp"/>.</summary>
    internal void Leave(uint identity) => _former.Add(identity);

    /// <summary>Lets go of the identities that changes of labels have left. It waits for a grace period, once for all of them, so it is done now and then and
    /// not as part of a change. Safe to repeat: what fails has let go of nothing.</summary>
    public void CleanUp()
    {
        if (_former.Count == 0)
            return;
        distributor.Withdraw([.. _former.CountBy(identity => identity)
            .Where(left => identities.Identities.Find(left.Key)!.Holders == left.Value).Select(left => left.Key)]);
        foreach (uint identity in _former)
            identities.Release(identity);
        _former.Clear();
    }
}
