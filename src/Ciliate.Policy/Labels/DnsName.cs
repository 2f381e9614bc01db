namespace Ciliate.Policy;

/// <summary>RFC 1123: labels of letters and digits, with hyphens inside; lower case, as Kubernetes has it.</summary>
internal static class DnsName
{
    private const int MaxLength = 253, MaxLabelLength = 63;

    /// <summary>What <see cref="IsSubdomain"/> takes, for messages.</summary>
    public static readonly string Subdomain = $"a DNS name (a-z, 0-9, '-' and '.', at most {MaxLength} characters)";

    /// <summary>What <see cref="IsLabel"/> takes.</summary>
    public static readonly string Label = $"a DNS label (a-z, 0-9 and '-', at most {MaxLabelLength} characters)";

    public static bool IsSubdomain(string text)
    {
        if (text.Length > MaxLength)
            return false;
        foreach (var range in text.AsSpan().Split('.'))
        {
            if (!IsLabelOfAnyLength(text.AsSpan(range)))
                return false;
        }
        return true;
    }

    public static bool IsLabel(string text) => text.Length <= MaxLabelLength && IsLabelOfAnyLength(text);

    private static bool IsLabelOfAnyLength(ReadOnlySpan<char> label)
    {
        if (label.IsEmpty || label[0] == '-' || label[^1] == '-')
            return false;
        foreach (char c in label)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
                return false;
        }
        return true;
    }
}
