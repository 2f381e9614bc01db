using System.Net;
using Ciliate.Datapath;
using Ciliate.Policy;

namespace Ciliate.Agent.Addresses;

/// <summary>Who says what an address is. Where several speak of the same prefix the later one here is right: a policy may name the address of
/// a container or of this machine, which stay what they are.</summary>
public enum AddressSource
{
    Policy = 0,
    Endpoint = 1,
    Host = 2,
}

/// <summary>All that is known of addresses, and ipcache kept to it: what the kernel refuses is not known either, and can be done again. Used from the control loop only.</summary>
public sealed class AddressBook(IDatapath datapath)
{
    private readonly Dictionary<IPNetwork, SortedDictionary<AddressSource, uint>> _entries = [];

    /// <summary>Prefixes that have an identity.</summary>
    public int Count => _entries.Count;

    public bool Contains(IPNetwork prefix) => _entries.ContainsKey(prefix);

    /// <summary>The identity of an address, as the kernel finds it: by its longest prefix.</summary>
    public uint IdentityOf(IPAddress address)
    {
        int bits = address.GetAddressBytes().Length * 8;
        for (int length = bits; length >= 0; length--)
        {
            if (Prefixes.TryParse($"{address}/{length}", out IPNetwork prefix) && _entries.TryGetValue(prefix, out var sources))
                return sources.Values.Last();
        }

        return ReservedIdentities.World;
    }

    /// <summary>Safe to repeat. Flows judged by the old answer are judged anew.</summary>
    public void Put(AddressSource source, IPNetwork prefix, uint identity)
    {
        if (!_entries.TryGetValue(prefix, out var sources) || sources.Keys.Last() <= source)
            datapath.UpsertIpcache(prefix, identity);
        SourcesOf(prefix)[source] = identity;
    }

    /// <summary>Safe to repeat. Flows judged by the old answer are judged anew.</summary>
    public void Remove(AddressSource source, IPNetwork prefix)
    {
        if (!_entries.TryGetValue(prefix, out SortedDictionary<AddressSource, uint>? sources))
        {
            datapath.DeleteIpcache(prefix);
            return;
        }

        if (sources.Keys.All(other => other == source))
        {
            datapath.DeleteIpcache(prefix);
            _entries.Remove(prefix);
            return;
        }

        datapath.UpsertIpcache(prefix, sources.Last(other => other.Key != source).Value);
        sources.Remove(source);
    }

    /// <summary>Prefixes that policies name, while every running table says of them what it said of their addresses before: no flow is judged
    /// anew for it.</summary>
    public void PutNamed(IReadOnlyCollection<IpcacheRow> rows)
    {
        var visible = new List<IpcacheRow>(rows.Count);
        foreach (IpcacheRow row in rows)
        {
            SortedDictionary<AddressSource, uint> sources = SourcesOf(row.Prefix);
            sources[AddressSource.Policy] = row.Identity;
            if (sources.Count == 1)
                visible.Add(row);
        }

        datapath.UpsertPrefixes(visible);
    }

    /// <inheritdoc cref="PutNamed"/>
    public void RemoveNamed(IReadOnlyCollection<IPNetwork> prefixes)
    {
        IPNetwork[] named = [.. prefixes.Where(_entries.ContainsKey)];
        IPNetwork[] visible = [.. named.Where(prefix => _entries[prefix].Keys.All(source => source == AddressSource.Policy))];
        datapath.DeletePrefixes(visible);
        foreach (IPNetwork prefix in visible)
            _entries.Remove(prefix);
        foreach (IPNetwork prefix in named.Except(visible))
            _entries[prefix].Remove(AddressSource.Policy);
    }

    private SortedDictionary<AddressSource, uint> SourcesOf(IPNetwork prefix)
    {
        if (!_entries.TryGetValue(prefix, out SortedDictionary<AddressSource, uint>? sources))
            _entries[prefix] = sources = [];
        return sources;
    }
}
