using System.Text.Json.Serialization;

namespace Ciliate.Cli.Programs;

/// <summary>Where a function of two programs differs.</summary>
/// <param name="Program">The C function that the program begins with.</param>
/// <param name="Removed">Instructions that only the first has.</param>
/// <param name="Added">Instructions that only the second has.</param>
internal sealed record ProgramDifference(string Program, string Function, int Removed, int Added, IReadOnlyList<DifferenceLine> Lines);

/// <param name="Mark"><c>-</c>: of the first program; <c>+</c>: of the second; a space: of both, beside a difference.</param>
/// <param name="Text">A jump leads to a source line here, since slots are others in every program.</param>
internal sealed record DifferenceLine(string Mark, string Text, string? File, uint? Line, string? Source);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<ProgramDifference>))]
internal sealed partial class DifferenceJson : JsonSerializerContext;
