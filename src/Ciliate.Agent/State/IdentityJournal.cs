using System.Text.Json;

namespace Ciliate.Agent.State;

/// <summary><c>identities.journal</c>: what numbers stand for, told when they are given out. That one is given back is not told: after a restart every
/// number counts as just given back until somebody holds it.</summary>
internal sealed class IdentityJournal(string path)
{
    private readonly Journal _journal = new(path);

    /// <summary>What holds of all records.</summary>
    /// <param name="torn">See <see cref="Journal.Read"/>.</param>
    /// <exception cref="StateException">The file is damaged.</exception>
    public StoredIdentities Read(out string? torn) =>
        Merge(_journal.Read(out torn).Select(record => StateStore.Parse(path, record, JournalJson.Default.StoredIdentities)));

    /// <summary>Puts one record in the place of all: what they say, and what these say after them.</summary>
    /// <inheritdoc cref="Read"/>
    /// <exception cref="Linux.LinuxException">The disk does not take it; the file is the old or the new.</exception>
    public void Import(StoredIdentities later) => _journal.Replace(Format(Merge([Read(out _), later])));

    /// <inheritdoc cref="Journal.IsLost"/>
    public bool IsLost => _journal.IsLost;

    /// <summary>Brings numbers to the disk that were given out; all or none.</summary>
    /// <param name="all">These and all before that still stand for something.</param>
    /// <exception cref="Linux.LinuxException">The disk does not take them.</exception>
    public void Add(StoredIdentities fresh, Func<StoredIdentities> all)
    {
        if (_journal.IsToBeReplaced)
            _journal.Replace(Format(all()));
        else
            _journal.Append(Format(fresh));
    }

    private static StoredIdentities Merge(IEnumerable<StoredIdentities> records)
    {
        var byNumber = new SortedDictionary<uint, StoredIdentity>();
        var byMeaning = new Dictionary<string, uint>(StringComparer.Ordinal);
        (uint next, uint nextLocal) = (0, 0);
        foreach (StoredIdentities given in records)
        {
            (next, nextLocal) = (given.Next, given.NextLocal);
            foreach (StoredIdentity identity in given.Identities)
            {
                if (byNumber.TryGetValue(identity.Id, out StoredIdentity? before))
                    byMeaning.Remove(MeaningOf(before));
                if (byMeaning.Remove(MeaningOf(identity), out uint number))
                    byNumber.Remove(number);
                byNumber[identity.Id] = identity;
                byMeaning[MeaningOf(identity)] = identity.Id;
            }
        }

        return new StoredIdentities(next, [.. byNumber.Values], nextLocal);
    }

    private static string Format(StoredIdentities identities) => JsonSerializer.Serialize(identities, JournalJson.Default.StoredIdentities);

    private static string MeaningOf(StoredIdentity identity) => identity.Prefix ?? string.Join(',', identity.Labels.Order(StringComparer.Ordinal));
}
