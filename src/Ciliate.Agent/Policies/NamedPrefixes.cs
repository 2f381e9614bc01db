using System.Net;
using Ciliate.Agent.Addresses;
using Ciliate.Agent.Control;
using Ciliate.Agent.Identities;
using Ciliate.Agent.State;
using Ciliate.Datapath;
using Ciliate.Policy;

namespace Ciliate.Agent.Policies;

/// <summary>
/// Gives each prefix that a policy names an identity, and takes it back. Around the flip to the new policies, in an order in which no address
/// is ever judged by less than the old or the new:
/// <code>
/// before: numbers (on disk) ─▶ their entries under the old policies into all tables ─▶ ipcache
/// after:  ipcache ─▶ their entries out of all tables ─▶ numbers rest
/// </code>
/// Used from the control loop only.
/// </summary>
public sealed class NamedPrefixes(IdentityAllocator identities, PolicyDistributor distributor, AddressBook addresses, StateStore store)
{
    // Nothing is held that these do not name.
    private PolicySet? _retired;

    /// <summary>Gives numbers, on disk, to the prefixes that only <paramref name="next"/> names.</summary>
    public IReadOnlyList<IdentityRow> Number(PolicySet next, Undo undo)
    {
        IPNetwork[] added = [.. next.NamedPrefixes().Where(prefix => identities.FindHeld(prefix) is null)];
        if (added.Length == 0)
            return [];
        _retired = null;
        undo.Add("number prefixes", () => Release(added));
        IReadOnlyList<IdentityRow> rows = identities.Acquire(added);
        identities.Record(store);
        return rows;
    }

    /// <summary>To be called after <see cref="Number"/>, before any endpoint runs the policies that name them.</summary>
    public void Introduce(IReadOnlyList<IdentityRow> rows, PolicySet running, Undo undo)
    {
        if (rows.Count == 0)
            return;
        distributor.Introduce([.. rows.Select(Describe)], running, undo);
        undo.Add("map prefixes", () => addresses.RemoveNamed([.. rows.Select(row => row.Prefix!.Value)]));
        addresses.PutNamed([.. rows.Select(row => new IpcacheRow(row.Prefix!.Value, row.Id))]);
    }

    /// <summary>To be called when every endpoint runs <paramref name="current"/>. May be repeated after a failure.</summary>
    public void Retire(PolicySet current)
    {
        if (ReferenceEquals(current, _retired))
            return;
        HashSet<IPNetwork> named = [.. current.NamedPrefixes()];
        IdentityRow[] gone = [.. identities.HeldPrefixes.Where(row => !named.Contains(row.Prefix!.Value))];
        if (gone.Length > 0)
        {
            addresses.RemoveNamed([.. gone.Select(row => row.Prefix!.Value)]);
            distributor.Withdraw([.. gone.Select(row => row.Id)]);
            Release([.. gone.Select(row => row.Prefix!.Value)]);
        }

        _retired = current;
    }

    /// <summary>After a restart: the numbers of what the stored policies name, before any endpoint is given its tables. And of what ipcache
    /// has beyond that, if a change was cut short: while an address yields a number, its entries must be in all tables. Those are to be retired
    /// when every endpoint has its tables.</summary>
    public void Adopt(PolicySet stored, IEnumerable<IpcacheRow> mapped)
    {
        IEnumerable<IPNetwork> left = mapped.Where(row => identities.Identities.Find(row.Identity)?.Prefix == row.Prefix).Select(row => row.Prefix);
        identities.Acquire([.. stored.NamedPrefixes().Union(left)]);
        identities.Record(store);
    }

    /// <summary>After a restart, when every endpoint has its tables.</summary>
    public void MapAdopted() =>
        addresses.PutNamed([.. identities.HeldPrefixes.Select(row => new IpcacheRow(row.Prefix!.Value, row.Id))]);

    private static Identity Describe(IdentityRow row) => Identity.OfPrefix(row.Id, row.Prefix!.Value);

    private void Release(IReadOnlyCollection<IPNetwork> prefixes)
    {
        foreach (IPNetwork prefix in prefixes)
        {
            if (identities.FindHeld(prefix) is { } row)
                identities.Release(row.Id);
        }
    }
}
