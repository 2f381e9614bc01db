using Ciliate.Netlink;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Linux.Tests.Netlink;

public sealed class LinkMonitorTests : IDisposable
{
    private readonly TestNamespace _namespace = new();

    private RouteNetlink Route => _namespace.Route;

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public async Task Links_that_are_there_come_first_then_every_change()
    {
        using LinkMonitor monitor = LinkMonitor.Start(_namespace.Namespace);
        Assert.Equal((LinkEventKind.Added, "lo"), await Next(monitor));

        Link link = Route.CreateVeth(new VethSpec("a", "b"));
        Assert.Equal(["a", "b"], new[] { (await Next(monitor)).Name, (await Next(monitor)).Name }.Order());

        Route.SetMtu(link.Index, 1300);
        LinkEvent changed = await NextEvent(monitor);
        Assert.Equal((LinkEventKind.Changed, 1300), (changed.Kind, changed.Link?.Mtu));

        Route.DeleteLink("a");
        Assert.Equal((LinkEventKind.Removed, LinkEventKind.Removed), ((await Next(monitor)).Kind, (await Next(monitor)).Kind));
    }

    [Fact]
    public async Task A_port_that_leaves_its_bridge_is_changed_and_not_removed()
    {
        Link bridge = Route.CreateBridge("br0");
        Link link = Route.CreateVeth(new VethSpec("a", "b"));
        Route.SetMaster(link.Index, bridge.Index);
        using LinkMonitor monitor = LinkMonitor.Start(_namespace.Namespace);
        await Skip(monitor, 4);

        Route.SetMaster(link.Index, 0);
        Route.SetMtu(link.Index, 1300);

        LinkEvent next;
        do
        {
            next = await NextEvent(monitor);
            Assert.Equal(LinkEventKind.Changed, next.Kind);
        }
        while (next.Link!.Mtu != 1300);
        Assert.Equal(0, next.Link.MasterIndex);
    }

    [Fact]
    public async Task A_consumer_that_is_too_slow_is_told_of_the_overrun_and_of_what_is_now()
    {
        using LinkMonitor monitor = _namespace.Run(() => LinkMonitor.Start(capacity: 4, receiveBuffer: 4096));
        Link gone = Route.CreateVeth(new VethSpec("gone", "gone-peer") { Queues = 1 });
        for (int i = 0; i < 50; i++)
        {
            Route.CreateVeth(new VethSpec($"a{i}", $"b{i}") { Queues = 1 });
        }

        Route.DeleteLink(gone.Index);
        var present = new Dictionary<int, string>();
        bool overrun = false;
        while (!overrun || present.Count < 101)
        {
            LinkEvent next = await NextEvent(monitor);
            overrun |= next.Kind == LinkEventKind.Overrun;
            Apply(next, present);
        }

        Route.CreateBridge("last");
        LinkEvent last;
        do
        {
            last = await NextEvent(monitor);
            Apply(last, present);
        }
        while (last.Link?.Name != "last");
        Assert.Equal(Route.ListLinks().Select(link => link.Name).Order(), present.Values.Order());
    }

    [Fact]
    public async Task A_disposed_monitor_ends_its_events_even_when_nobody_reads()
    {
        for (int i = 0; i < 5; i++)
        {
            Route.CreateVeth(new VethSpec($"a{i}", $"b{i}") { Queues = 1 });
        }

        LinkMonitor monitor = _namespace.Run(() => LinkMonitor.Start(capacity: 1, receiveBuffer: null));
        monitor.Dispose();

        await foreach (LinkEvent _ in monitor.Events.ReadAllAsync(TestContext.Current.CancellationToken))
        {
        }

        Assert.True(monitor.Events.Completion.IsCompletedSuccessfully);
    }

    private static void Apply(LinkEvent linkEvent, Dictionary<int, string> present)
    {
        if (linkEvent.Kind == LinkEventKind.Removed)
        {
            Assert.True(present.Remove(linkEvent.Link!.Index));
        }
        else if (linkEvent.Link is { } link)
        {
            present[link.Index] = link.Name;
        }
    }

    private static async Task Skip(LinkMonitor monitor, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(LinkEventKind.Added, (await Next(monitor)).Kind);
        }
    }

    private static async Task<(LinkEventKind Kind, string? Name)> Next(LinkMonitor monitor)
    {
        LinkEvent linkEvent = await NextEvent(monitor);
        return (linkEvent.Kind, linkEvent.Link?.Name);
    }

    private static async Task<LinkEvent> NextEvent(LinkMonitor monitor)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(5));
        return await monitor.Events.ReadAsync(limit.Token);
    }
}
