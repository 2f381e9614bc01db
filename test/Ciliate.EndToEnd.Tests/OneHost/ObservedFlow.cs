using System.Text.Json;

namespace Ciliate.EndToEnd.Tests.OneHost;

/// <summary>One line of <c>ciliate observe -o json</c>.</summary>
/// <param name="Source">Endpoint name; null when it is none.</param>
/// <param name="Destination">Endpoint name; null when it is none.</param>
/// <param name="SourcePort">Of TCP or UDP; 0 for the rest.</param>
/// <param name="Reason">Null when it passed.</param>
public sealed record ObservedFlow(
    string Verdict, string? Source, string? Destination, string? Address, int SourcePort, int DestinationPort, string? Reason, string? Rule, JsonElement Json)
{
    public bool Dropped => Verdict == "DROPPED";

    public static IReadOnlyList<ObservedFlow> ParseLines(string lines) =>
        [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse).OfType<ObservedFlow>()];

    private static ObservedFlow? Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement flow = document.RootElement.Clone();
        if (!flow.TryGetProperty("verdict", out JsonElement verdict))
        {
            // The note of a gap.
            return null;
        }

        (int source, int destination) = Ports(flow);
        return new ObservedFlow(
            verdict.GetString()!,
            Text(flow.GetProperty("source"), "endpoint_name"),
            Text(flow.GetProperty("destination"), "endpoint_name"),
            flow.TryGetProperty("IP", out JsonElement ip) ? Text(ip, "source") : null,
            source,
            destination,
            Text(flow, "drop_reason_desc"),
            Text(flow, "rule"),
            flow);
    }

    private static (int Source, int Destination) Ports(JsonElement flow)
    {
        if (flow.TryGetProperty("l4", out JsonElement layer4)
            && (layer4.TryGetProperty("TCP", out JsonElement ports) || layer4.TryGetProperty("UDP", out ports)))
        {
            return (ports.GetProperty("source_port").GetInt32(), ports.GetProperty("destination_port").GetInt32());
        }

        return (0, 0);
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
