using System.Collections.Immutable;

namespace Ciliate.Agent.State;

/// <summary>One row that came, changed (both are set) or went.</summary>
public sealed record TableChange<TRow>(ulong Revision, TRow? Before, TRow? After) where TRow : class;

/// <summary>The table as it was at one revision.</summary>
public sealed record TableSnapshot<TKey, TRow>(ulong Revision, ImmutableSortedDictionary<TKey, TRow> Rows)
    where TKey : notnull where TRow : class;

/// <summary>Immutable records by key. Written by the control loop alone; read by anyone, who gets a snapshot that never changes.
/// <see cref="Changed"/> tells each change in order, on the control loop.</summary>
public sealed class Table<TKey, TRow> where TKey : notnull where TRow : class
{
    private TableSnapshot<TKey, TRow> _current = new(0, ImmutableSortedDictionary<TKey, TRow>.Empty);

    public event Action<TableChange<TRow>>? Changed;

    public TableSnapshot<TKey, TRow> Current => Volatile.Read(ref _current);

    public IEnumerable<TRow> Rows => Current.Rows.Values;

    public int Count => Current.Rows.Count;

    public TRow? Find(TKey key) => Current.Rows.GetValueOrDefault(key);

    /// <summary>Adds or replaces. A row equal to the one that is there is no change.</summary>
    public void Put(TKey key, TRow row)
    {
        TableSnapshot<TKey, TRow> before = _current;
        TRow? old = before.Rows.GetValueOrDefault(key);
        if (!row.Equals(old))
            Replace(before.Rows.SetItem(key, row), old, row);
    }

    /// <summary>Safe to repeat.</summary>
    public void Remove(TKey key)
    {
        TableSnapshot<TKey, TRow> before = _current;
        if (before.Rows.TryGetValue(key, out TRow? old))
            Replace(before.Rows.Remove(key), old, null);
    }

    private void Replace(ImmutableSortedDictionary<TKey, TRow> rows, TRow? before, TRow? after)
    {
        ulong revision = _current.Revision + 1;
        Volatile.Write(ref _current, new TableSnapshot<TKey, TRow>(revision, rows));
        Changed?.Invoke(new TableChange<TRow>(revision, before, after));
    }
}
