using System.Globalization;

namespace Ciliate.Verdicts.Tests.Frames;

internal enum HookPoint
{
    FromContainer,
    ToContainer,
    FromUplink,
}

/// <summary>A frame at a hook.</summary>
/// <param name="Container">Index of whose hook it is; 0 at the uplink.</param>
/// <param name="ArrivedOn">For what goes to a container: -1 the host's own, -2 the uplink, -3 an interface of others, else that of the
/// container of this index.</param>
/// <param name="Translated">It bears the mark of what was translated back.</param>
internal sealed record FrameShot(HookPoint Hook, int Container, int ArrivedOn, bool Translated, byte[] Frame)
{
    /// <summary>Under whose policies.</summary>
    public int Round { get; init; }

    public const int ByHost = -1, ByUplink = -2, ByOthers = -3;

    /// <summary>A line of the corpus.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Round} {Hook} {Container} {ArrivedOn} {Translated} {Convert.ToHexStringLower(Frame)}");

    public static FrameShot Parse(string line)
    {
        string[] words = line.Split(' ');
        return new FrameShot(
            Enum.Parse<HookPoint>(words[1]), Number(words[2]), Number(words[3]), bool.Parse(words[4]), Convert.FromHexString(words[5]))
        {
            Round = Number(words[0]),
        };
    }

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);
}
