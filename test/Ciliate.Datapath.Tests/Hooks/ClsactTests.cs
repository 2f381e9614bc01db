using Ciliate.Netlink;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Datapath.Tests.Hooks;

/// <summary>A qdisc is shared with whoever else is on the machine.</summary>
public sealed class ClsactTests : IDisposable
{
    private readonly GuardedWire _wire = new();

    public void Dispose() => _wire.Dispose();

    [Fact]
    public void A_replaced_program_takes_the_place_of_the_one_before()
    {
        using var datapath = _wire.Open(HookKind.Clsact);
        _wire.Attach(datapath);
        var before = _wire.Filters();

        using var next = _wire.Open(HookKind.Clsact);
        _wire.Attach(next);

        var after = _wire.Filters();
        Assert.Equal(before.Select(Place), after.Select(Place));
        Assert.Empty(before.Select(filter => filter.ProgramId).Intersect(after.Select(filter => filter.ProgramId)));

        static (FilterDirection, ushort, uint, string) Place(BpfFilter filter) => (filter.Direction, filter.Priority, filter.Handle, filter.Name);
    }

    [Fact]
    public void Filters_of_others_stay_and_so_does_the_qdisc_that_they_stand_at()
    {
        using var datapath = _wire.Open(HookKind.Clsact);
        _wire.Attach(datapath);
        var theirs = AddOneOfTheirs();

        _wire.Attach(datapath);
        datapath.DetachEndpoint(GuardedWire.Id);

        Assert.Equal([theirs], _wire.Filters());
        Assert.True(_wire.HasClsact());
        Assert.Empty(_wire.Records());
    }

    [Fact]
    public void A_qdisc_that_others_made_stays()
    {
        Assert.True(_wire.Routes.TryAddClsact(_wire.IfIndex));
        using var datapath = _wire.Open(HookKind.Clsact);
        _wire.Attach(datapath);

        datapath.DetachEndpoint(GuardedWire.Id);

        Assert.True(_wire.HasClsact());
        Assert.Empty(_wire.Filters());
    }

    [Fact]
    public void Two_datapaths_on_one_interface_keep_out_of_each_others_way()
    {
        using var otherRoot = new BpfFileSystem();
        using var one = _wire.Open(HookKind.Clsact);
        using var other = _wire.Open(HookKind.Clsact, otherRoot.Path);
        _wire.Attach(one);
        _wire.Attach(other);
        Assert.Equal(4, _wire.Filters().Count);

        one.DetachEndpoint(GuardedWire.Id);

        Assert.All(_wire.Filters(), filter => Assert.StartsWith(otherRoot.Path, filter.Name, StringComparison.Ordinal));
        Assert.False(_wire.Hears());
        other.DetachEndpoint(GuardedWire.Id);
        Assert.True(_wire.Hears());
    }

    [Fact]
    public void A_filter_that_somebody_took_away_is_missed_and_put_back()
    {
        using var datapath = _wire.Open(HookKind.Clsact);
        _wire.Attach(datapath);

        _wire.Routes.DeleteClsact(_wire.IfIndex);
        Assert.Equal(0, datapath.AttachedInterface(GuardedWire.Id));

        _wire.Attach(datapath);
        Assert.False(_wire.Hears());
        Assert.Equal(_wire.IfIndex, datapath.AttachedInterface(GuardedWire.Id));
        datapath.DetachEndpoint(GuardedWire.Id);
        Assert.False(_wire.HasClsact());
    }

    [Fact]
    public void Another_qdisc_at_the_place_of_clsact_is_told_and_stays()
    {
        Assert.Equal(0, TestProcess.Run(_wire.Host, "tc", "qdisc", "add", "dev", TestWire.LinkName, "ingress").ExitCode);
        using var datapath = _wire.Open(HookKind.Clsact);

        var error = Assert.Throws<DatapathException>(() => _wire.Attach(datapath));

        Assert.Contains("another qdisc stands there", error.Message, StringComparison.Ordinal);
        Assert.Empty(_wire.Records());
        Assert.Contains("ingress", TestProcess.Run(_wire.Host, "tc", "qdisc", "show", "dev", TestWire.LinkName).Output, StringComparison.Ordinal);
    }

    /// <summary>A filter of another name, at another priority.</summary>
    private BpfFilter AddOneOfTheirs()
    {
        var ours = _wire.Filters()[0];
        using var program = Bpf.BpfProgram.Open(ours.ProgramId);
        var theirs = new BpfFilter(_wire.IfIndex, ours.Direction, 9, 1, "theirs", ours.ProgramId);
        _wire.Routes.SetFilter(theirs with { Handle = 0 }, program.Descriptor);
        return theirs;
    }
}
