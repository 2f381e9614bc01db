using Ciliate.Agent.State;
using Ciliate.Policy;

namespace Ciliate.Agent.Identities;

/// <summary>One number per label set, for as long as any endpoint has it. A number that was given back keeps its meaning for a while:
/// flows and events that still carry it are named rightly, and the same labels get the same number again. Used from the control loop only.</summary>
public sealed class IdentityAllocator(TimeProvider time)
{
    /// <summary>How long a number rests before it may stand for other labels. Flows may outlive it: they are judged by generations and epochs,
    /// never by numbers, so only the change of ipcache has to have settled. The rest serves the names of late events.</summary>
    public static readonly TimeSpan Quarantine = TimeSpan.FromMinutes(10);

    private readonly Dictionary<LabelSet, uint> _byLabels = [];
    private uint _next = IdentityNumbers.FirstOrdinary;

    public Table<uint, IdentityRow> Identities { get; } = new();

    /// <summary>The number of these labels, with one holder more.</summary>
    /// <exception cref="AgentException">No number is left.</exception>
    public IdentityRow Acquire(LabelSet labels)
    {
        ForgetRested();
        IdentityRow row = _byLabels.TryGetValue(labels, out uint known)
            ? Identities.Find(known)!
            : new IdentityRow(Take(), labels, 0, null);
        row = row with { Holders = row.Holders + 1, Released = null };
        _byLabels[labels] = row.Id;
        Identities.Put(row.Id, row);
        return row;
    }

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
        new(_next, [.. Identities.Rows.Select(ToStored)]);

    /// <summary>Takes what <see cref="Save"/> wrote. Holders are counted anew as endpoints come.</summary>
    /// <exception cref="FormatException">A number is out of range, or a number or label set is there twice.</exception>
    /// <exception cref="LabelException">Labels are not valid.</exception>
    public void Load(StoredIdentities stored)
    {
        _next = Math.Clamp(stored.Next, IdentityNumbers.FirstOrdinary, IdentityNumbers.LastOrdinary);
        foreach (StoredIdentity identity in stored.Identities)
        {
            LabelSet labels = LabelSet.Parse(identity.Labels);
            if (!IdentityNumbers.IsOrdinary(identity.Id) || Identities.Find(identity.Id) is not null || !_byLabels.TryAdd(labels, identity.Id))
                throw new FormatException($"identity {identity.Id} is out of range or there twice");
            Identities.Put(identity.Id, new IdentityRow(identity.Id, labels, 0, identity.Released ?? time.GetUtcNow()));
        }
    }

    private static StoredIdentity ToStored(IdentityRow row) =>
        new(row.Id, [.. row.Labels.Select(label => label.ToString())], row.Released);

    private uint Take()
    {
        for (uint tried = IdentityNumbers.FirstOrdinary; tried <= IdentityNumbers.LastOrdinary; tried++)
        {
            uint candidate = _next;
            _next = _next == IdentityNumbers.LastOrdinary ? IdentityNumbers.FirstOrdinary : _next + 1;
            if (Identities.Find(candidate) is null)
                return candidate;
        }

        throw AgentException.Exhausted($"all identity numbers from {IdentityNumbers.FirstOrdinary} to {IdentityNumbers.LastOrdinary} are used; delete endpoints");
    }

    private void ForgetRested()
    {
        DateTimeOffset limit = time.GetUtcNow() - Quarantine;
        foreach (IdentityRow row in Identities.Rows.Where(row => row.Released <= limit))
        {
            _byLabels.Remove(row.Labels);
            Identities.Remove(row.Id);
        }
    }
}
