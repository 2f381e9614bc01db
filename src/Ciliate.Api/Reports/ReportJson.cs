using System.Text.Json.Serialization;

namespace Ciliate.Api;

/// <summary>What <c>ciliated</c> itself prints with <c>--output json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower, RespectRequiredConstructorParameters = true, WriteIndented = true)]
[JsonSerializable(typeof(CleanupReport))]
[JsonSerializable(typeof(IReadOnlyList<ConfigurationEntry>))]
public sealed partial class ReportJson : JsonSerializerContext;
