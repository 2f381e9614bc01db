using Xunit;

namespace Ciliate.Datapath.Tests.Hooks;

/// <summary>What every kind of hook promises.</summary>
public sealed class AttachmentTests : IDisposable
{
    private readonly GuardedWire _wire = new();

    public static TheoryData<HookKind> Kinds => [.. GuardedWire.Kinds];

    public static TheoryData<HookKind, HookKind> Changes => new MatrixTheoryData<HookKind, HookKind>(GuardedWire.Kinds, GuardedWire.Kinds);

    public void Dispose() => _wire.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Programs_run_from_attach_to_detach_and_leave_nothing(HookKind kind)
    {
        using var datapath = _wire.Open(kind);
        Assert.Equal(kind, datapath.Hooks);
        Assert.True(_wire.Hears());

        _wire.Attach(datapath);
        Assert.False(_wire.Hears());
        Assert.Equal(_wire.IfIndex, datapath.AttachedInterface(GuardedWire.Id));

        datapath.DetachEndpoint(GuardedWire.Id);
        Assert.True(_wire.Hears());
        Assert.Equal(0, datapath.AttachedInterface(GuardedWire.Id));
        Assert.Empty(_wire.Records());
        Assert.Empty(_wire.Filters());
        Assert.False(_wire.HasClsact());
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void Without_its_datapath_programs_run_on_and_the_next_one_replaces_them_whatever_kind_it_is_told(HookKind first, HookKind second)
    {
        using (var datapath = _wire.Open(first))
            _wire.Attach(datapath);
        Assert.False(_wire.Hears());

        using var next = _wire.Open(second);
        Assert.Equal([GuardedWire.Id], next.AttachedEndpoints());
        Assert.Equal(_wire.IfIndex, next.AttachedInterface(GuardedWire.Id));
        _wire.Attach(next);
        _wire.Attach(next);

        Assert.False(_wire.Hears());
        Assert.Equal(_wire.IfIndex, next.AttachedInterface(GuardedWire.Id));
        Assert.Equal(second == HookKind.Clsact ? 2 : 0, _wire.Filters().Count);
        Assert.Equal(second == HookKind.Clsact, _wire.HasClsact());
        next.DetachEndpoint(GuardedWire.Id);
        Assert.True(_wire.Hears());
        Assert.Empty(_wire.Records());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_interface_that_went_holds_nothing_and_leaves_nothing(HookKind kind)
    {
        using var datapath = _wire.Open(kind);
        _wire.Attach(datapath);

        _wire.DeleteLink();

        Assert.Equal(0, datapath.AttachedInterface(GuardedWire.Id));
        datapath.DetachEndpoint(GuardedWire.Id);
        Assert.Empty(_wire.Records());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_interface_that_is_not_there_is_told_and_leaves_nothing(HookKind kind)
    {
        using var datapath = _wire.Open(kind);
        _wire.DeleteLink();

        var error = Assert.Throws<DatapathException>(() => _wire.Attach(datapath));

        Assert.Contains("No such device", error.Message, StringComparison.Ordinal);
        Assert.Empty(_wire.Records());
        Assert.Equal(0, datapath.AttachedInterface(GuardedWire.Id));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void From_another_network_namespace_the_interface_is_told_all_the_same(HookKind kind)
    {
        using (var datapath = _wire.Open(kind))
            _wire.Attach(datapath);

        // Here, in the namespace of the tests, there is no such interface.
        using var elsewhere = KernelDatapath.Open(GuardedWire.OptionsOf(_wire.Root, kind));

        Assert.Equal(_wire.IfIndex, elsewhere.AttachedInterface(GuardedWire.Id));
    }
}
