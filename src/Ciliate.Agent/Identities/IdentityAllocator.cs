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

    /// <summary>Of more that rest the oldest are forgotten before their time, so that a storm of them takes no more memory than this. Their numbers are
    /// not given out again any sooner: numbers come in turn, and there are sixteen million.</summary>
    public const int MostResting = 8192;

    private readonly Dictionary<LabelSet, uint> _byLabels = [];
    private readonly Dictionary<IPNetwork, uint> _heldPrefixes = [];
    private readonly SortedSet<(DateTimeOffset Released, uint Id)> _resting = [];
    private readonly HashSet<uint> _unrecorded = [];
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
            : New(Take(_ordinary, "delete endpoints"), labels, null));
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
                    : New(Take(_local, "delete policies that name prefixes"), labels, prefix)));
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
    public IEnumerable<IdentityRow> HeldPrefixes => _heldPrefixes.Values.Select(id => Identities.Find(id)!);

    /// <summary>Null when nobody holds it.</summary>
    public IdentityRow? FindHeld(IPNetwork prefix) => _heldPrefixes.TryGetValue(prefix, out uint id) ? Identities.Find(id) : null;

    /// <summary>One holder more of a number that an endpoint had before the agent was restarted.</summary>
    /// <exception cref="FormatException">The number stands for other labels, or the labels have another number.</exception>
    public void Adopt(uint id, LabelSet labels)
    {
        IdentityRow? known = Identities.Find(id);
        if (!IdentityNumbers.IsOrdinary(id) || _byLabels.GetValueOrDefault(labels, id) != id || known?.Labels.Equals(labels) == false)
            throw new FormatException($"identity {id} is not that of the labels {labels}");
        Hold(known ?? New(id, labels, null));
    }

    /// <summary>One holder less; true when it was the last.</summary>
    public bool Release(uint id)
    {
        IdentityRow row = Identities.Find(id)!;
        bool last = row.Holders == 1;
        DateTimeOffset? released = last ? time.GetUtcNow() : null;
        Identities.Put(id, row with { Holders = row.Holders - 1, Released = released });
        if (released is { } now)
        {
            _resting.Add((now, id));
            if (row.Prefix is { } prefix)
                _heldPrefixes.Remove(prefix);
        }

        return last;
    }

    /// <summary>Labels of any identity, reserved and resting ones included; empty for an unknown number. Thread-safe.</summary>
    public LabelSet LabelsOf(uint id) =>
        Identities.Find(id)?.Labels
        ?? ReservedIdentities.All.FirstOrDefault(identity => identity.Number == id)?.Labels
        ?? LabelSet.Empty;

    /// <summary>Brings the numbers to the disk that were given out and are not there yet. To be called before the kernel or a file knows one.</summary>
    /// <exception cref="AgentException">The disk does not take them; the next call tries again.</exception>
    public void Record(StateStore store)
    {
        if (_unrecorded.Count == 0)
            return;
        store.AddIdentities(ToStored(_unrecorded.Select(id => Identities.Find(id)!)), () => ToStored(Identities.Rows));
        _unrecorded.Clear();
    }

    /// <summary>After the file was lost that has them: brings all numbers to the disk.</summary>
    /// <exception cref="AgentException">The disk does not take them.</exception>
    public void RecordAgain(StateStore store)
    {
        if (store.LostIdentities is null)
            return;
        StoredIdentities all = ToStored(Identities.Rows);
        store.AddIdentities(all, () => all);
        _unrecorded.Clear();
    }

    /// <summary>Takes what <see cref="Record"/> wrote. Holders are counted anew as endpoints come; until then all rest.</summary>
    /// <exception cref="FormatException">A number is out of range.</exception>
    /// <exception cref="LabelException">Labels are not valid.</exception>
    public void Load(StoredIdentities stored)
    {
        _ordinary.Next = stored.Next;
        _local.Next = stored.NextLocal;
        DateTimeOffset now = time.GetUtcNow();
        foreach (StoredIdentity identity in stored.Identities)
        {
            IdentityRow row = FromStored(identity, now);
            if (!(row.Prefix is null ? _ordinary : _local).Contains(row.Id))
                throw new FormatException($"identity {row.Id} is out of range");
            _byLabels.Add(row.Labels, row.Id);
            _resting.Add((now, row.Id));
            Identities.Put(row.Id, row);
        }
    }

    private static IdentityRow FromStored(StoredIdentity stored, DateTimeOffset released)
    {
        if (stored.Prefix is null)
            return new IdentityRow(stored.Id, LabelSet.Parse(stored.Labels), 0, released);
        return Prefixes.TryParse(stored.Prefix, out IPNetwork prefix)
            ? new IdentityRow(stored.Id, Identity.LabelsOf(prefix), 0, released, prefix)
            : throw new FormatException($"identity {stored.Id}: {stored.Prefix} is not a prefix");
    }

    private StoredIdentities ToStored(IEnumerable<IdentityRow> rows) => new(_ordinary.Next, [.. rows.Select(ToStored)], _local.Next);

    private static StoredIdentity ToStored(IdentityRow row) => row.Prefix is { } prefix
        ? new StoredIdentity(row.Id, [], prefix.ToString())
        : new StoredIdentity(row.Id, [.. row.Labels.Select(label => label.ToString())]);

    private IdentityRow New(uint id, LabelSet labels, IPNetwork? prefix)
    {
        _unrecorded.Add(id);
        return new IdentityRow(id, labels, 0, null, prefix);
    }

    private IdentityRow Hold(IdentityRow row)
    {
        if (row.Released is { } released)
            _resting.Remove((released, row.Id));
        row = row with { Holders = row.Holders + 1, Released = null };
        _byLabels[row.Labels] = row.Id;
        if (row.Prefix is { } prefix)
            _heldPrefixes[prefix] = row.Id;
        Identities.Put(row.Id, row);
        return row;
    }

    private uint Take(NumberRange range, string remedy) =>
        range.Take(number => Identities.Find(number) is null)
        ?? throw AgentException.Exhausted($"all identity numbers from {range.First} to {range.Last} are used; {remedy}");

    private void ForgetRested()
    {
        DateTimeOffset limit = time.GetUtcNow() - Quarantine;
        while (_resting.Count > 0 && (_resting.Min.Released <= limit || _resting.Count > MostResting))
        {
            uint id = _resting.Min.Id;
            _resting.Remove(_resting.Min);
            _byLabels.Remove(Identities.Find(id)!.Labels);
            _unrecorded.Remove(id);
            Identities.Remove(id);
        }
    }
}
