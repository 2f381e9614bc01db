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
    public StoredIdentities Read(out string? torn)
    {
        var byNumber = new SortedDictionary<uint, StoredIdentity>();
        var byMeaning = new Dictionary<string, uint>(StringComparer.Ordinal);
        (uint next, uint nextLocal) = (0, 0);
        foreach (string record in _journal.Read(out torn))
        {
            StoredIdentities given = StateStore.Parse(path, record, JournalJson.Default.StoredIdentities);
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

    private static string Format(StoredIdentities identities) => JsonSerializer.Serialize(identities, JournalJson.Default.StoredIdentities);

    private static string MeaningOf(StoredIdentity identity) => identity.Prefix ?? string.Join(',', identity.Labels.Order(StringComparer.Ordinal));
}
