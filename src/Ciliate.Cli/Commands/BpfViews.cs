using System.Globalization;
using Ciliate.Api;

namespace Ciliate.Cli.Commands;

internal static class BpfViews
{
    private const int PortBits = 16;

    public static TableView Policy(IReadOnlyList<PolicyMapEntry> entries) => TableView.Of(
        ["ENDPOINT", "DIRECTION", "ACTION", "PEER", "PROTOCOL", "PORT", "PRECEDENCE", "GENERATION", "RULE"],
        entries,
        static entry =>
        [
            Named(entry.Endpoint, entry.EndpointName),
            entry.Direction,
            new Cell(entry.Action, entry.Action == "allow" ? CellStyle.Good : CellStyle.Bad),
            entry.Identity == 0 ? "any" : $"{entry.Identity} {string.Join(',', entry.Labels)}".TrimEnd(),
            entry.Protocol == 0 ? "any" : Protocol(entry.Protocol),
            Ports(entry.Port, entry.PortPrefixLength),
            Number(entry.Precedence),
            Number(entry.Generation),
            entry.Rule ?? "-",
        ]);

    public static TableView Flows(IReadOnlyList<FlowMapEntry> entries) => TableView.Of(
        ["PROTOCOL", "SOURCE", "DESTINATION", "STATE", "EXPIRES", "EGRESS RULE", "INGRESS RULE"],
        entries,
        static entry =>
        [
            Protocol(entry.Protocol),
            Side(entry.Source),
            Side(entry.Destination),
            entry.State,
            $"{entry.ExpiresInSeconds}s",
            entry.EgressRule ?? "-",
            entry.IngressRule ?? "-",
        ]);

    public static TableView Nat(IReadOnlyList<NatMapEntry> entries) => TableView.Of(
        ["PROTOCOL", "ENDPOINT", "CONTAINER", "LOCAL", "REMOTE", "UPLINK"],
        entries,
        static entry =>
        [
            Protocol(entry.Protocol),
            Named(entry.Endpoint, entry.EndpointName),
            Side(entry.Container),
            Side(entry.Local),
            Side(entry.Remote),
            entry.Interface ?? "-",
        ]);

    private static string Side(NatMapSide side) => side.Port == 0 ? side.Address
        : side.Address.Contains(':', StringComparison.Ordinal) ? $"[{side.Address}]:{side.Port}" : $"{side.Address}:{side.Port}";

    public static TableView Ipcache(IReadOnlyList<IpcacheMapEntry> entries) => TableView.Of(
        ["PREFIX", "IDENTITY", "LABELS"],
        entries,
        static entry => [entry.Cidr, Number(entry.Identity), string.Join(',', entry.Labels)]);

    public static TableView Endpoints(IReadOnlyList<EndpointMapEntry> entries) => TableView.Of(
        ["ENDPOINT", "GENERATION", "SLOT", "IDENTITY", "INTERFACE", "MAC", "IPV4", "IPV6", "FLOWS", "INCOMING"],
        entries,
        static entry =>
        [
            Named(entry.Id, entry.Name),
            Number(entry.Generation),
            Number(entry.Slot),
            Number(entry.Identity),
            entry.InterfaceIndex.ToString(CultureInfo.InvariantCulture),
            entry.Mac,
            entry.IPv4 ?? "-",
            entry.IPv6 ?? "-",
            Number(entry.Flows),
            Number(entry.Incoming),
        ]);

    private static string Side(FlowMapSide side)
    {
        string address = side.Address.Contains(':', StringComparison.Ordinal) ? $"[{side.Address}]" : side.Address;
        return $"{(side.EndpointName is { } name ? $"{name} " : "")}{address}:{side.Port}";
    }

    private static string Named(ushort id, string? name) => name is null ? Number(id) : $"{id} {name}";

    private static string Ports(ushort port, byte prefixLength)
    {
        int last = port | ((1 << (PortBits - prefixLength)) - 1);
        return (port, last) switch
        {
            (0, ushort.MaxValue) => "any",
            _ when last == port => Number(port),
            _ => $"{port}-{last}",
        };
    }

    private static string Protocol(byte number) => number switch
    {
        1 => "ICMP",
        6 => "TCP",
        17 => "UDP",
        58 => "ICMPv6",
        132 => "SCTP",
        _ => Number(number),
    };

    private static string Number(uint number) => number.ToString(CultureInfo.InvariantCulture);
}
