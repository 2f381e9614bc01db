using Ciliate.Agent.State;
using Xunit;

namespace Ciliate.Agent.Tests.State;

public sealed class TableTests
{
    [Fact]
    public void Every_change_raises_the_revision_and_is_told_with_before_and_after()
    {
        var table = new Table<int, string>();
        var changes = new List<TableChange<string>>();
        table.Changed += changes.Add;

        table.Put(1, "a");
        table.Put(1, "b");
        table.Remove(1);

        Assert.Equal([new(1, null, "a"), new(2, "a", "b"), new(3, "b", null)], changes);
    }

    [Fact]
    public void What_changes_nothing_is_no_change()
    {
        var table = new Table<int, string>();
        table.Put(1, "a");

        table.Put(1, "a");
        table.Remove(2);

        Assert.Equal(1ul, table.Current.Revision);
    }

    [Fact]
    public void A_snapshot_stays_what_it_was()
    {
        var table = new Table<int, string>();
        table.Put(1, "a");
        TableSnapshot<int, string> snapshot = table.Current;

        table.Put(1, "b");
        table.Put(2, "c");

        Assert.Equal(["a"], snapshot.Rows.Values);
        Assert.Equal(["b", "c"], table.Rows);
    }
}
