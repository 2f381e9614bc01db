using Ciliate.Bpf;
using Ciliate.Datapath.Hooks;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Datapath.Tests.Hooks;

/// <summary>Where the kernel chooses the hooks, programs run by clsact first, and by tcx, where it has that, when they are settled.</summary>
public sealed class SettlingTests : IDisposable
{
    private static readonly string[] s_pins = ["endpoints/7", "endpoints/7/from_container", "endpoints/7/to_container"];

    private readonly GuardedWire _wire = new();

    public void Dispose() => _wire.Dispose();

    [Fact]
    public void Programs_run_by_clsact_until_they_are_settled_and_never_come_back_there()
    {
        using var datapath = _wire.Open(null);
        _wire.Attach(datapath);
        Assert.Equal(2, _wire.Filters().Count);
        Assert.False(_wire.Hears());

        _wire.Settle(datapath);
        IsSettled(datapath);
        _wire.Attach(datapath);
        IsSettled(datapath);

        datapath.DetachEndpoint(GuardedWire.Id);
        NothingIsLeft();
    }

    [Theory]
    [InlineData(HookKind.Tcx)]
    [InlineData(HookKind.Clsact)]
    public void Hooks_that_were_asked_for_are_had_at_once(HookKind kind)
    {
        if (!GuardedWire.Kinds.Contains(kind))
            return;
        using var datapath = _wire.Open(kind);
        _wire.Attach(datapath);
        int filters = _wire.Filters().Count;
        Assert.Equal(kind == HookKind.Clsact ? 2 : 0, filters);

        _wire.Settle(datapath);

        Assert.Equal(filters, _wire.Filters().Count);
    }

    [Fact]
    public void Where_another_qdisc_has_the_place_of_clsact_tcx_runs_them_at_once()
    {
        if (!KernelFeatures.Tcx.IsSupported)
            return;
        Assert.Equal(0, TestProcess.Run(_wire.Host, "tc", "qdisc", "add", "dev", TestWire.LinkName, "ingress").ExitCode);
        using var datapath = _wire.Open(null);

        _wire.Attach(datapath);

        IsSettled(datapath);
    }

    /// <summary>As a kill leaves it between the link and the end of the filter.</summary>
    [Fact]
    public void What_was_settled_by_half_is_settled_by_the_next()
    {
        if (!KernelFeatures.Tcx.IsSupported)
            return;
        using (var datapath = _wire.Open(null))
        {
            _wire.Attach(datapath);
            using var tcx = new TcxHooks();
            var place = new HookPlace(Path.Combine(_wire.Root, "endpoints", "7"), "to_container", _wire.IfIndex, HookDirection.Egress);
            _wire.Host.Run(() => { tcx.Attach(place, datapath.Program("to_container")); });
        }
        Assert.Equal(2, _wire.Filters().Count);

        using var next = _wire.Open(null);
        _wire.Attach(next);
        Assert.Equal("from_container", Path.GetFileName(Assert.Single(_wire.Filters()).Name));
        Assert.Empty(next.MissingPrograms(GuardedWire.Id));
        Assert.False(_wire.Hears());
        _wire.Settle(next);

        IsSettled(next);
    }

    [Fact]
    public void What_is_deleted_while_it_is_settled_leaves_nothing()
    {
        using var datapath = _wire.Open(null);
        for (int time = 0; time < 20; time++)
        {
            _wire.Attach(datapath);
            var settling = new Thread(() => _wire.Settle(datapath));
            settling.Start();
            Thread.Sleep(time);
            datapath.DetachEndpoint(GuardedWire.Id);
            settling.Join();

            NothingIsLeft();
        }
    }

    [Fact]
    public void An_interface_that_went_is_not_settled_and_leaves_nothing()
    {
        using var datapath = _wire.Open(null);
        _wire.Attach(datapath);
        _wire.DeleteLink();

        _wire.Settle(datapath);
        datapath.DetachEndpoint(GuardedWire.Id);
        _wire.Settle(datapath);

        Assert.Empty(_wire.Records());
    }

    private void IsSettled(KernelDatapath datapath)
    {
        Assert.False(_wire.Hears());
        Assert.Empty(datapath.MissingPrograms(GuardedWire.Id));
        Assert.Equal(_wire.IfIndex, datapath.AttachedInterface(GuardedWire.Id));
        if (!KernelFeatures.Tcx.IsSupported)
            return;
        Assert.Empty(_wire.Filters());
        Assert.False(_wire.HasClsact());
        Assert.Equal(s_pins, _wire.Records().Order());
    }

    private void NothingIsLeft()
    {
        Assert.True(_wire.Hears());
        Assert.Empty(_wire.Records());
        Assert.Empty(_wire.Filters());
        Assert.False(_wire.HasClsact());
    }
}
