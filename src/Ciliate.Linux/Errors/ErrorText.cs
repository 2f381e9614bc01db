using System.Globalization;
using System.Text;

namespace Ciliate.Linux;

/// <summary>Messages that carry text which nobody vouches for.</summary>
public static class ErrorText
{
    /// <summary>The message with line ends, and whatever else steers a terminal or a log, written as <c>\u000a</c>.</summary>
    public static string OneLine(string message)
    {
        var line = new StringBuilder(message.Length);
        foreach (char c in message)
        {
            if (IsVisible(c))
                line.Append(c);
            else
                line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return line.ToString();
    }

    private static bool IsVisible(char c) => char.GetUnicodeCategory(c) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
