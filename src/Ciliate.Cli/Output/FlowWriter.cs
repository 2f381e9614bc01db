using System.Globalization;
using Ciliate.Api;

namespace Ciliate.Cli;

/// <summary>Writes verdicts one by one, each on a line of its own.</summary>
internal sealed class FlowWriter(Output output)
{
    private readonly bool _colours = output.Terminal.Colours;

    public void Write(FlowLine line)
    {
        if (line.Lost is { } lost)
            output.Message($"ciliate: {lost.Count} verdicts are missing here: {(lost.Source == LostFlowCount.Reader ? "this reader" : "the agent")} was too slow");
        if (line.Flow is not { } flow)
            return;
        if (output.Format == OutputFormat.Table)
            output.Terminal.Out.WriteLine(Text(flow));
        else
            output.WriteOfMany(flow, ApiJson.Default.Flow);
    }

    /// <summary><c>20:46:32.125  dropped    ingress  client 10.101.0.4:41234 -> db 10.101.0.3:5432  TCP SYN  policy denied ingress  [rule]  #311</c></summary>
    private string Text(Flow flow)
    {
        bool dropped = flow.Verdict == FlowVerdict.Dropped;
        string time = flow.Time.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        string verdict = Lower(flow.Verdict).PadRight(9);
        string direction = Lower(flow.TrafficDirection).PadRight(7);
        (string protocol, ushort? sourcePort, ushort? destinationPort) = Layer4(flow);
        string peers = $"{Peer(flow.Source, flow.Ip?.Source, sourcePort)} -> {Peer(flow.Destination, flow.Ip?.Destination, destinationPort)}";
        string reply = flow.IsReply ? "  reply" : "";
        string reason = flow.DropReason is { } text ? $"  {text}" : "";
        string rule = flow.Rule is { } by ? $"  {Coloured(CellStyle.Muted, $"[{OneLine.Of(by)}]")}" : "";
        string id = flow.Id is { } number ? $"  {Coloured(CellStyle.Muted, $"#{number}")}" : "";
        return $"{Coloured(CellStyle.Muted, time)}  {Coloured(dropped ? CellStyle.Bad : CellStyle.Good, verdict)}  {direction}  {OneLine.Of(peers)}  {protocol}{reply}{OneLine.Of(reason)}{rule}{id}";
    }

    private static (string Protocol, ushort? SourcePort, ushort? DestinationPort) Layer4(Flow flow) => flow.Layer4 switch
    {
        { Tcp: { } tcp } => ($"TCP {tcp.Flags}".TrimEnd(), tcp.SourcePort, tcp.DestinationPort),
        { Udp: { } udp } => ("UDP", udp.SourcePort, udp.DestinationPort),
        { IcmpV4: { } icmp } => (Icmp("ICMP", icmp), null, null),
        { IcmpV6: { } icmp } => (Icmp("ICMPv6", icmp), null, null),
        { Other: { } number } => ($"protocol {number}", null, null),
        _ => (OneLine.Of(flow.Summary), null, null),
    };

    private static string Icmp(string name, FlowIcmp icmp) => icmp.Type is null ? name : $"{name} type {icmp.Type} code {icmp.Code ?? 0}";

    private static string Peer(FlowEndpoint peer, string? address, ushort? port)
    {
        string at = (address, port) switch
        {
            (null, _) => "",
            (_, null) => $" {address}",
            _ when address.Contains(':', StringComparison.Ordinal) => $" [{address}]:{port}",
            _ => $" {address}:{port}",
        };
        return Name(peer) + at;
    }

    /// <summary>Of the container, or of what it is else.</summary>
    public static string Name(FlowEndpoint peer) =>
        peer.Name ?? peer.Labels.FirstOrDefault(label => label.StartsWith("reserved:", StringComparison.Ordinal)) ?? $"identity {peer.Identity}";

    private static string Lower(string word) => OneLine.Of(word).ToLowerInvariant();

    private string Coloured(CellStyle style, string text) => _colours ? Colour.Of(style, text) : text;
}
