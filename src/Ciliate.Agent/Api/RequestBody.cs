using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Ciliate.Agent.Api;

/// <summary>Reads bodies. What is wrong with one is told in the words of the API, by the names that it has on the wire.</summary>
internal static partial class RequestBody
{
    /// <exception cref="AgentException">The body is not what it should be.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted).ConfigureAwait(false)
                ?? throw AgentException.Invalid("the request's body is null");
        }
        catch (JsonException error)
        {
            throw new AgentException(AgentError.Invalid, $"the request's body {Describe(error)}", error);
        }
    }

    private static string Describe(JsonException error)
    {
        // The reader's own error is about the text, any other about what it says.
        if (error.InnerException is JsonException)
            return string.Create(CultureInfo.InvariantCulture, $"is not JSON: line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}");
        if (UnknownField.Match(error.Message) is { Success: true } unknown)
            return $"has an unknown field: {unknown.Groups["name"]}";
        string place = Place(error.Path);
        if (MissingFields.Match(error.Message) is { Success: true } missing)
            return $"lacks {missing.Groups["names"]}{(place.Length > 0 ? " at " + place : "")}";
        return place.Length > 0 ? $"has a value of the wrong kind at {place}" : "is of the wrong kind";
    }

    /// <summary><c>$.addressing.ipv4</c> and <c>$[0].file</c> without what stands for the body itself.</summary>
    private static string Place(string? path) => (path ?? "").TrimStart('$').TrimStart('.');

    /// <summary>The name as it is written; System.Text.Json tells it nowhere but in its message.</summary>
    [GeneratedRegex("^The JSON property '(?<name>.*)' could not be mapped", RegexOptions.CultureInvariant)]
    private static partial Regex UnknownField { get; }

    [GeneratedRegex("missing required properties including: (?<names>'.*')", RegexOptions.CultureInvariant)]
    private static partial Regex MissingFields { get; }
}
