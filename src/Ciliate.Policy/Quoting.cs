using System.Globalization;
using System.Text;

namespace Ciliate.Policy;

/// <summary>Puts foreign text into a one-line message: quoted, escaped, cut when it is long.</summary>
internal static class Quoting
{
    private const int MaxLength = 80;

    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, MaxLength)))
        {
            if (c is '"' or '\\')
                quoted.Append('\\').Append(c);
            else if (c < ' ' || (c >= 0x7f && !char.IsLetterOrDigit(c)))
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                quoted.Append(c);
        }
        return quoted.Append(text.Length > MaxLength ? "…\"" : "\"").ToString();
    }
}
