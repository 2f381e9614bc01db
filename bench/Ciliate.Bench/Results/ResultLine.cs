using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ciliate.Bench.Results;

/// <summary>One line of the results file.</summary>
/// <param name="Case">What was measured.</param>
/// <param name="Peer">Beside whom.</param>
/// <param name="Ratio">Ours ÷ theirs, of the medians.</param>
/// <param name="Better">lower or higher.</param>
/// <param name="Ours">Median.</param>
/// <param name="Theirs">Median.</param>
/// <param name="Runs">Rounds behind the median.</param>
/// <param name="Spread">Least and most of any round; the ratio's are of rounds, each value beside the peer's of the same round.</param>
internal sealed record ResultLine(
    string Case, string Peer, double? Ratio, string Better, double Ours, double? Theirs, string Unit, int Runs, Spread Spread)
{
    private static readonly JsonSerializerOptions s_format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public string ToJson() => JsonSerializer.Serialize(this, s_format);
}

/// <summary>Pairs of least and most; null where there is nothing to compare with in the same run.</summary>
internal sealed record Spread(double[] Ours, double[]? Theirs, double[]? Ratio);
