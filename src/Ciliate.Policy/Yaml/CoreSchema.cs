using System.Globalization;
using System.Text.RegularExpressions;

namespace Ciliate.Policy;

/// <summary>What a value without quotes is by the core schema of YAML 1.2.2 (10.3.2). Policies take most values as text; where a name may
/// stand in place of a number, it has to be known which of the two was written.</summary>
internal static partial class CoreSchema
{
    public static bool IsBoolean(string text) => text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE";

    /// <summary>True also of whole decimal numbers, which have the form of both.</summary>
    public static bool IsFloat(string text) => Float.IsMatch(text);

    /// <summary>The value of <c>0x50</c> or <c>0o120</c>; null when the text has neither form, or is beyond 64 bits.</summary>
    public static ulong? OtherBase(string text)
    {
        if (text.StartsWith("0x", StringComparison.Ordinal))
            return ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong number) ? number : null;
        return text.StartsWith("0o", StringComparison.Ordinal) ? Octal(text.AsSpan(2)) : null;
    }

    private static ulong? Octal(ReadOnlySpan<char> digits)
    {
        const int mostDigits = 21; // of three bits
        if (digits.Length is 0 or > mostDigits || digits.ContainsAnyExceptInRange('0', '7'))
            return null;
        ulong number = 0;
        foreach (char digit in digits)
            number = number << 3 | (uint)(digit - '0');
        return number;
    }

    [GeneratedRegex(@"^([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\z", RegexOptions.CultureInvariant)]
    private static partial Regex Float { get; }
}
