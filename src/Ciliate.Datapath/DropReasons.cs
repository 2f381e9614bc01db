using System.Text;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>Texts of the datapath's drop reasons, from the names of the kernel side's enumerators.</summary>
public static class DropReasons
{
    private static readonly string[] Texts = BuildTexts();

    /// <summary>"policy denied ingress" for DROP_POLICY_DENIED_INGRESS; a number this version does not know is told as such.</summary>
    public static string Describe(uint reason) => reason < Texts.Length ? Texts[reason] : $"unknown reason {reason}";

    /// <summary>What happened, in a few words; null for a number that this version does not know.</summary>
    public static string? Meaning(uint reason) => DropMeanings.Find((DropReason)reason);

    /// <summary>Every reason with its number, for documentation and metrics.</summary>
    public static IEnumerable<(uint Reason, string Text)> All => Texts.Select((text, index) => ((uint)index, text)).Skip(1);

    private static string[] BuildTexts()
    {
        var texts = new string[(int)DropReason.ReasonCount];
        for (uint reason = 0; reason < texts.Length; reason++)
            texts[reason] = SplitWords(((DropReason)reason).ToString());
        return texts;
    }

    private static string SplitWords(string pascalCase)
    {
        var words = new StringBuilder();
        foreach (var letter in pascalCase)
        {
            if (char.IsUpper(letter) && words.Length > 0)
                words.Append(' ');
            words.Append(char.ToLowerInvariant(letter));
        }
        return words.ToString();
    }
}
