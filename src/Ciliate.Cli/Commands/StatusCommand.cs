using System.CommandLine;
using System.Globalization;
using Ciliate.Api;

namespace Ciliate.Cli.Commands;

internal static class StatusCommand
{
    public static Command Build(Terminal terminal)
    {
        var command = new CliCommand("status", "Show how the agent is", "ciliate status -o json | jq .ciliate.state");
        command.Does(terminal, static async (_, client, output, cancellationToken) =>
        {
            StatusResource status = await client.GetStatusAsync(cancellationToken).ConfigureAwait(false);
            output.Write(status, ApiJson.Default.StatusResource, View);
        });
        return command;
    }

    private static TableView View(StatusResource status) => TableView.Pairs(
    [
        ("Agent", new Cell(
            $"{status.Ciliate.State} since {Since(status.Ciliate.Since)}: {status.Ciliate.Message}", status.Ciliate.State == AgentState.Ok ? CellStyle.Good : CellStyle.Bad)),
        ("Version", $"{status.Version}, up {Up(status.UptimeSeconds)}, kernel {status.Kernel}"),
        ("Hooks", status.HookBackend),
        ("IPv4", Range(status.Ipam.IPv4)),
        ("IPv6", Range(status.Ipam.IPv6)),
        ("Endpoints", Endpoints(status.Endpoints)),
        ("Identities", Text($"{status.Identities}")),
        ("Policies", Text($"{status.Policies.Count}, revision {status.Policies.Revision}")),
        ("Flows", Text($"{status.FlowTable.Used} of {status.FlowTable.Max}")),
        .. status.FlowTable.Collection is { } collection ? [("Collection", Collection(collection))] : Array.Empty<(string, Cell)>(),
        ("Masquerade", Masquerade(status.Masquerade)),
        .. status.Masquerade.Uplinks.Select(uplink => ("Uplink", (Cell)Uplink(uplink))),
        .. status.Masquerade.MissingDevices.Select(device => ("Uplink", new Cell($"{device}: there is no such interface", CellStyle.Bad))),
        ("Events", Text($"{status.Events.Seen} seen, {status.Events.Lost} lost")),
        .. status.Drops.Select((drop, index) => (index == 0 ? "Drops" : "", Drop(drop))),
    ]);

    private static string Since(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static Cell Range(AddressRangeStatus? range) => range is null
        ? new Cell("off", CellStyle.Muted)
        : Text($"{range.Range}, gateway {range.Gateway}, {range.Used} of {range.Capacity} addresses used");

    private static Cell Endpoints(EndpointCounts counts) => counts.Unsettled == 0
        ? Text($"{counts.Total}, {counts.Ready} ready")
        : Text($"{counts.Total}, {counts.Ready} ready, programs of {counts.Unsettled} to be settled");

    private static Cell Collection(CollectionStatus status) => Text(
        $"{status.Scanned} flows seen, {status.Removed} removed, longest step {status.StepMilliseconds} ms, ever {status.LongestStepMilliseconds} ms");

    private static string Masquerade(MasqueradeStatus status) => $"IPv4 {status.IPv4}, IPv6 {status.IPv6}, ports {status.Ports}";

    private static string Uplink(UplinkStatus uplink) =>
        string.Join(", ", new[] { uplink.Interface, uplink.IPv4, uplink.IPv6 }.OfType<string>());

    private static Cell Drop(DropStatus drop) => Text($"{drop.Packets} packets, {drop.Bytes} bytes {drop.Direction}: {drop.Reason}");

    private static Cell Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Up(long seconds)
    {
        var time = TimeSpan.FromSeconds(seconds);
        return time switch
        {
            { TotalDays: >= 1 } => $"{time.Days}d{time.Hours}h",
            { TotalHours: >= 1 } => $"{time.Hours}h{time.Minutes}m",
            { TotalMinutes: >= 1 } => $"{time.Minutes}m{time.Seconds}s",
            _ => $"{time.Seconds}s",
        };
    }
}
