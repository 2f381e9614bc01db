using System.Globalization;

namespace Ciliate.Bpf;

/// <summary>Finds what matters in the verifier's log: the last lines that say why, and the source line of the last instruction.</summary>
internal sealed class VerifierLog
{
    // Some reasons take two lines, the first with the numbers.
    private const int MostReasons = 2;

    private static readonly string[] Summaries =
        ["processed ", "verification time", "stack depth", "Func#", "max_states", "peak_states", "mark_precise:", "arg#", "Caller passes", "caller:", "callee:"];

    public VerifierLog(string text, ProgramSpec program, BtfSpec btf)
    {
        Text = text;
        string[] lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        int reason = Array.FindLastIndex(lines, IsReason);
        int first = reason;
        while (first > 0 && reason - first < MostReasons - 1 && IsReason(lines[first - 1]))
        {
            first--;
        }

        Reason = reason < 0 ? "refused without a reason" : string.Join("; ", lines[first..(reason + 1)]);
        SourceLine = "";
        for (int i = reason < 0 ? lines.Length - 1 : reason; i >= 0; i--)
        {
            if (SlotOf(lines[i]) is { } slot)
            {
                SourceLine = Describe(slot, program, btf);
                break;
            }
        }
    }

    public string Text { get; }

    public string Reason { get; }

    /// <summary>"file.c:12: the source line", or empty.</summary>
    public string SourceLine { get; }

    private static bool IsReason(string line) =>
        SlotOf(line) is null && line[0] != ';' && !Summaries.Any(summary => line.StartsWith(summary, StringComparison.Ordinal));

    // "12: (61) r2 = *(u32 *)(r1 +76)"; the state behind a jump is "12: R0=...".
    private static int? SlotOf(string line)
    {
        int colon = line.IndexOf(": ", StringComparison.Ordinal);
        return colon > 0 && int.TryParse(line.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out int slot) ? slot : null;
    }

    private static string Describe(int slot, ProgramSpec program, BtfSpec btf)
    {
        LineInfo line = program.Code.Lines.LastOrDefault(line => line.Slot <= slot);
        return line.Line == 0 ? "" : btf.Describe(line);
    }
}
