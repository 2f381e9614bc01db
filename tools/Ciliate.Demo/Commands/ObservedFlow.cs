using System.Text.Json;

namespace Ciliate.Demo.Commands;

/// <summary>A verdict as one line of <c>ciliate observe -o json</c> tells it.</summary>
/// <param name="Source">Name of the endpoint; null when it is none.</param>
/// <param name="Destination">Name of the endpoint; null when it is none.</param>
/// <param name="Port">Destination port of TCP; 0 for the rest.</param>
/// <param name="Reason">Why it was dropped; null when it passed.</param>
/// <param name="Rule">Which rule gave the verdict.</param>
internal sealed record ObservedFlow(
    string? Source, string? Destination, int Port, bool IPv6, bool Dropped, string? Reason, string? Rule)
{
    public static IReadOnlyList<ObservedFlow> ParseLines(string lines) =>
        [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse).OfType<ObservedFlow>()];

    private static ObservedFlow? Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        JsonElement flow = document.RootElement;
        if (!flow.TryGetProperty("verdict", out JsonElement verdict))
        {
            return null;
        }

        return new ObservedFlow(
            Text(flow.GetProperty("source"), "endpoint_name"),
            Text(flow.GetProperty("destination"), "endpoint_name"),
            DestinationPort(flow),
            flow.TryGetProperty("IP", out JsonElement ip) && Text(ip, "ipVersion") == "IPv6",
            verdict.GetString() == "DROPPED",
            Text(flow, "drop_reason_desc"),
            Text(flow, "rule"));
    }

    private static int DestinationPort(JsonElement flow) =>
        flow.TryGetProperty("l4", out JsonElement layer4) && layer4.TryGetProperty("TCP", out JsonElement tcp)
            ? tcp.GetProperty("destination_port").GetInt32()
            : 0;

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
