using System.Net;
using Ciliate.Agent.State;
using Ciliate.Policy;

namespace Ciliate.Agent.Identities;

/// <summary>One number per label set, for as long as any endpoint has it, and one per prefix that policies name. A number that was given back keeps its meaning for a while:
/// flows and events that still carry it are named rightly, and the same labels get the same number again. Used from the control loop only.</summary>
public sealed class IdentityAllocator(TimeProvider time)
{
    /// <summary>How long a number rests before it may stand for other labels. Flows may outlive it: they are judged by generations and epochs,
    /// never by numbers, so only the change of ipcache has to have settled. The rest serves the names of late events.</summary>
    public static readonly TimeSpan Quarantine = TimeSpan.FromMinutes(10);

    private readonly Dictionary<LabelSet, uint> _byLabels = [];
    private readonly NumberRange _ordinary = new(IdentityNumbers.FirstOrdinary, IdentityNumbers.LastOrdinary);
    private readonly NumberRange _local = new(IdentityNumbers.LocalScope + 1, IdentityNumbers.LastLocal);

    public Table<uint, IdentityRow> Identities { get; } = new();

    /// <summary>The number of these labels, with one holder more.</summary>
    /// <exception cref="AgentException">No number is left.</exception>
    public IdentityRow Acquire(LabelSet labels)
    {
        ForgetRested();
        return Hold(_byLabels.TryGetValue(labels, out uint known)
            ? Identities.Find(known)!
            : new IdentityRow(Take(_ordinary, "delete endpoints"), labels, 0, null));
    }

    /// <summary>The numbers of these prefixes, with one holder more each; all or none.</summary>
    /// <exception cref="AgentException">Not enough numbers are left.</exception>
    public IReadOnlyList<IdentityRow> Acquire(IReadOnlyCollection<IPNetwork> prefixes)
    {
        ForgetRested();
        var acquired = new List<IdentityRow>(prefixes.Count);
        try
        {
            foreach (IPNetwork prefix in prefixes)
            {
                LabelSet labels = Identity.LabelsOf(prefix);
                acquired.Add(Hold(_byLabels.TryGetValue(labels, out uint known)
                    ? Identities.Find(known)!
                    : new IdentityRow(Take(_local, "delete policies that name prefixes"), labels, 0, null, prefix)));
            }
        }
        catch
        {
            foreach (IdentityRow row in acquired)
                Release(row.Id);
            throw;
        }

        return acquired;
    }

    /// <summary>Prefixes that have a holder.</summary>
    public IEnumerable<IdentityRow> HeldPrefixes => Identities.Rows.Where(row => row.Prefix is not null && row.Holders > 0);

    /// <summary>One holder more of a number that an endpoint had before the agent was restarted.</summary>
    /// <exception cref="FormatException">The number stands for other labels, or the labels have another number.</exception>
    public void Adopt(uint id, LabelSet labels)
    {
        IdentityRow row = Identities.Find(id) ?? new IdentityRow(id, labels, 0, null);
        uint known = _byLabels.GetValueOrDefault(labels, id);
        if (!IdentityNumbers.IsOrdinary(id) || known != id || !row.Labels.Equals(labels))
            throw new FormatException($"identity {id} is not that of the labels {labels}");
        _byLabels[labels] = id;
        Identities.Put(id, row with { Holders = row.Holders + 1, Released = null });
    }

    /// <summary>One holder less; true when it was the last.</summary>
    public bool Release(uint id)
    {
        IdentityRow row = Identities.Find(id)!;
        bool last = row.Holders == 1;
        Identities.Put(id, row with { Holders = row.Holders - 1, Released = last ? time.GetUtcNow() : null });
        return last;
    }

    /// <summary>Labels of any identity, reserved and resting ones included; empty for an unknown number. Thread-safe.</summary>
    public LabelSet LabelsOf(uint id) =>
        Identities.Find(id)?.Labels
        ?? ReservedIdentities.All.FirstOrDefault(identity => identity.Number == id)?.Labels
        ?? LabelSet.Empty;

    public StoredIdentities Save() =>
        new(_ordinary.Next, [.. Identities.Rows.Select(ToStored)], _local.Next);

    /// <summary>Takes what <see cref="Save"/> wrote. Holders are counted anew as endpoints come.</summary>
    /// <exception cref="FormatException">A number is out of range, or a number or label set is there twice.</exception>
    /// <exception cref="LabelException">Labels are not valid.</exception>
    public void Load(StoredIdentities stored)
    {
        _ordinary.Next = stored.Next;
        _local.Next = stored.NextLocal;
        foreach (StoredIdentity identity in stored.Identities)
        {
            IdentityRow row = FromStored(identity);
            bool inRange = (row.Prefix is null ? _ordinary : _local).Contains(row.Id);
            if (!inRange || Identities.Find(row.Id) is not null || !_byLabels.TryAdd(row.Labels, row.Id))
                throw new FormatException($"identity {row.Id} is out of range or there twice");
            Identities.Put(row.Id, row);
        }
    }

    private IdentityRow FromStored(StoredIdentity stored)
    {
        DateTimeOffset released = stored.Released ?? time.GetUtcNow();
        if (stored.Prefix is null)
            return new IdentityRow(stored.Id, LabelSet.Parse(stored.Labels), 0, released);
        return Prefixes.TryParse(stored.Prefix, out IPNetwork prefix)
            ? new IdentityRow(stored.Id, Identity.LabelsOf(prefix), 0, released, prefix)
            : throw new FormatException($"identity {stored.Id}: {stored.Prefix} is not a prefix");
    }

    private static StoredIdentity ToStored(IdentityRow row) =>
        row.Prefix is { } prefix
            ? new StoredIdentity(row.Id, [], row.Released, prefix.ToString())
            : new StoredIdentity(row.Id, [.. row.Labels.Select(label => label.ToString())], row.Released);

    private IdentityRow Hold(IdentityRow row)
    {
        row = row with { Holders = row.Holders + 1, Released = null };
        _byLabels[row.Labels] = row.Id;
        Identities.Put(row.Id, row);
        return row;
    }

    private uint Take(NumberRange range, string remedy) =>
        range.Take(number => Identities.Find(number) is null)
        ?? throw AgentException.Exhausted($"all identity numbers from {range.First} to {range.Last} are used; {remedy}");

    private void ForgetRested()
    {
        DateTimeOffset limit = time.GetUtcNow() - Quarantine;
        foreach (IdentityRow row in Identities.Rows.Where(row => row.Released <= limit))
        {
            _byLabels.Remove(row.Labels);
            Identities.Remove(row.Id);
        }
    }

    /// <summary>Numbers that are given out in turn, so that one just given back is the last to come again.</summary>
    private sealed record NumberRange(uint First, uint Last)
    {
        private uint _next = First;

        public uint Next
        {
            get => _next;
            set => _next = Math.Clamp(value, First, Last);
        }

        public bool Contains(uint number) => number >= First && number <= Last;

        public uint? Take(Predicate<uint> isFree)
        {
            for (uint tried = First; tried <= Last; tried++)
            {
                uint candidate = _next;
                _next = _next == Last ? First : _next + 1;
                if (isFree(candidate))
                    return candidate;
            }

            return null;
        }
    }
}
