using Ciliate.Datapath.Tests.Packets;
using Xunit;

namespace Ciliate.Datapath.Tests;

/// <summary>The flow table gets another size when the datapath is opened again.</summary>
public sealed class FlowTableSizeTests
{
    private const uint Before = 2048;
    private const int Server = 60053, Redirect = 7;

    [Theory]
    [InlineData(1024)]
    [InlineData(4096)]
    public void Flows_are_taken_along_into_a_table_of_another_size(uint size)
    {
        using var rig = NewRig();
        Open(rig, Rig.WebId, 500);
        FlowRow[] flows = Sorted(rig.Datapath);

        using var reopened = KernelDatapath.Open(Rig.OptionsOf(size) with { Root = rig.Root });

        Assert.Equal(FlowTable.EntriesFor(size), (uint)reopened.Maps.Flows.Map.Info.MaxEntries);
        Assert.Equal(flows, Sorted(reopened));
        Assert.Equal(500u, reopened.DumpEndpoints().Single(row => row.Id == Rig.WebId).Flows);
    }

    [Fact]
    public void A_table_too_small_for_the_flows_is_refused_and_they_go_on()
    {
        using var rig = NewRig();
        Open(rig, Rig.WebId, 1000);
        Open(rig, Rig.DbId, 500);

        var error = Assert.Throws<DatapathException>(() => KernelDatapath.Open(Rig.OptionsOf(1024) with { Root = rig.Root }));

        Assert.Contains($"table flows has more entries than the {FlowTable.EntriesFor(1024)} that it is to have room for; set flow-table-size back or larger", error.Message, StringComparison.Ordinal);
        using var reopened = KernelDatapath.Open(Rig.OptionsOf(Before) with { Root = rig.Root });
        Assert.Equal(rig.Datapath.Maps.Flows.Map.Info.Id, reopened.Maps.Flows.Map.Info.Id);
        Assert.Equal(1500, reopened.DumpFlows().Count);
    }

    [Fact]
    public void What_finds_no_room_in_a_smaller_table_in_the_end_is_left_out()
    {
        using var rig = NewRig();
        using var smaller = KernelDatapath.Open(Rig.OptionsOf(1024) with { Root = rig.Root });
        // The programs of before go on with the table of before, until they are replaced.
        Open(rig, Rig.WebId, 1000);
        Open(rig, Rig.DbId, 500);

        smaller.CompleteUpgrade();

        Assert.Equal(FlowTable.EntriesFor(1024), (uint)smaller.DumpFlows().Count);
        Assert.Equal(["maps"], Directory.GetDirectories(rig.Root, "maps*").Select(Path.GetFileName));
    }

    private static Rig NewRig() => new Rig(Rig.OptionsOf(Before)).Open();

    private static void Open(Rig rig, ushort endpoint, int count)
    {
        Frame from = endpoint == Rig.WebId ? rig.FromWeb(Family.IPv4) : rig.FromDb(Family.IPv4);
        foreach (int port in Enumerable.Range(1, count))
            Assert.Equal(Redirect, rig.VerdictOf(endpoint, from.Udp(port, Server)));
    }

    private static FlowRow[] Sorted(KernelDatapath datapath) =>
        [.. datapath.DumpFlows().Select(row => row with { ExpiresInSeconds = 0 }).OrderBy(row => row.SourcePort)];
}
