using Ciliate.Agent.State;
using Ciliate.Policy;

namespace Ciliate.Agent.Identities;

/// <summary>One number per label set, for as long as any endpoint has it. A number that was given back keeps its meaning for a while:
/// flows and events that still carry it are named rightly, and the same labels get the same number again. Used from the control loop only.</summary>
public sealed class IdentityAllocator(TimeProvider time)
{
    /// <summary>DESIGN: cluster-wide numbers start here.</summary>
    public const uint First = 256;

    /// <summary>24 bits; the top byte is for numbers of local scope.</summary>
    public const uint Last = 0xff_ffff;

    /// <summary>How long a number rests before it may stand for other labels: longer than any flow lives without a packet.</summary>
    public static readonly TimeSpan Quarantine = TimeSpan.FromMinutes(10);

    private readonly Dictionary<LabelSet, uint> _byLabels = [];
    private uint _next = First;

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

    /// <summary>One holder less; true when it was the last.</summary>
    public bool Release(uint id)
    {
        IdentityRow row = Identities.Find(id)!;
        bool last = row.Holders == 1;
        Identities.Put(id, row with { Holders = row.Holders - 1, Released = last ? time.GetUtcNow() : null });
        return last;
    }

    public StoredIdentities Save() =>
        new(_next, [.. Identities.Rows.Select(row => new StoredIdentity(row.Id, [.. row.Labels.ToStrings()], row.Released))]);

    /// <summary>Takes what <see cref="Save"/> wrote. Holders are counted anew as endpoints come: <see cref="Hold"/>.</summary>
    /// <exception cref="FormatException">Numbers or labels are out of range, invalid or there twice.</exception>
    public void Load(StoredIdentities stored)
    {
        _next = Math.Clamp(stored.Next, First, Last);
        foreach (StoredIdentity identity in stored.Identities)
        {
            LabelSet labels = LabelSet.Parse(identity.Labels);
            if (identity.Id is < First or > Last || Identities.Find(identity.Id) is not null || !_byLabels.TryAdd(labels, identity.Id))
                throw new FormatException($"identity {identity.Id} is out of range or there twice");
            Identities.Put(identity.Id, new IdentityRow(identity.Id, labels, 0, identity.Released ?? time.GetUtcNow()));
        }
    }

    private uint Take()
    {
        for (uint tried = First; tried <= Last; tried++)
        {
            uint candidate = _next;
            _next = _next == Last ? First : _next + 1;
            if (Identities.Find(candidate) is null)
                return candidate;
        }

        throw AgentException.Exhausted($"all identity numbers from {First} to {Last} are used; delete endpoints");
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
