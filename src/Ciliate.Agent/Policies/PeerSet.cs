using Ciliate.Agent.Identities;
using Ciliate.Policy;

namespace Ciliate.Agent.Policies;

/// <summary>All that can be a peer: the identities that somebody holds, with the names that their endpoints give to ports. Follows them: an identity that
/// comes or goes is worked in by itself, however many there are. Used from the control loop only.</summary>
internal sealed class PeerSet
{
    private readonly IdentityAllocator _identities;
    private readonly Dictionary<ushort, (uint Identity, IReadOnlyList<NamedPort> Ports)> _declared = [];
    private readonly HashSet<uint> _stale;
    private readonly IdentitySet _current = new([]);

    public PeerSet(IdentityAllocator identities)
    {
        _identities = identities;
        _stale = [.. identities.Identities.Rows.Select(row => row.Id)];
        identities.Identities.Changed += change => _stale.Add((change.After ?? change.Before)!.Id);
    }

    /// <summary>As they are now.</summary>
    public IdentitySet Current
    {
        get
        {
            foreach (uint number in _stale)
                Refresh(number);
            _stale.Clear();
            return _current;
        }
    }

    /// <summary>The names that an endpoint gives to its ports count from now on. Safe to repeat.</summary>
    public void Declare(ushort endpointId, uint identity, IReadOnlyList<NamedPort> namedPorts)
    {
        Forget(endpointId);
        if (namedPorts.Count == 0)
            return;
        _declared[endpointId] = (identity, namedPorts);
        _stale.Add(identity);
    }

    /// <summary>The contrary. Safe to repeat.</summary>
    public void Forget(ushort endpointId)
    {
        if (_declared.Remove(endpointId, out var declared))
            _stale.Add(declared.Identity);
    }

    private void Refresh(uint number)
    {
        if (_identities.Identities.Find(number) is not { Holders: > 0 } row)
        {
            _current.Remove(number);
            return;
        }

        Identity identity = Describe(row);
        // What was found for selectors holds on where nothing is new.
        if (_current.Find(number) is not { } known || !known.Labels.Equals(identity.Labels) || !known.NamedPorts.SequenceEqual(identity.NamedPorts))
            _current.Put(identity);
    }

    private Identity Describe(IdentityRow row) => row.Prefix is { } prefix
        ? Identity.OfPrefix(row.Id, prefix)
        : new Identity(row.Id, row.Labels)
        {
            NamedPorts = [.. _declared.Values.Where(declared => declared.Identity == row.Id).SelectMany(declared => declared.Ports).Distinct()],
        };
}
