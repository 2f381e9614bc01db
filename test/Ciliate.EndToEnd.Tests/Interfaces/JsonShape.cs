using System.Text.Json;

namespace Ciliate.EndToEnd.Tests.Interfaces;

/// <summary>The names and types of a JSON document without its values.</summary>
public static class JsonShape
{
    /// <summary>Lines such as <c>status.networking.addressing[].ipv4 string</c>, sorted, each once.</summary>
    public static IReadOnlyList<string> Of(JsonElement element) => [.. Walk(element, "").Distinct().Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Walk(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Walk(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}")),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => Walk(item, path + "[]")),
        JsonValueKind.True or JsonValueKind.False => [$"{path} boolean"],
        _ => [$"{path} {element.ValueKind.ToString().ToLowerInvariant()}"],
    };
}
