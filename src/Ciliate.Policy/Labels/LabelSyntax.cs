using System.Buffers;

namespace Ciliate.Policy;

/// <summary>What a label's key and value may look like: Kubernetes' rules, with a source in front of the key.
/// Keys may be as long as a Kubernetes prefix, a slash and a name together.</summary>
internal static class LabelSyntax
{
    public const int MaxNameLength = 63;
    public const int MaxKeyLength = 253 + 1 + MaxNameLength;
    public const int MaxValueLength = 63;

    private static readonly SearchValues<char> KeyCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./");

    private static readonly SearchValues<char> ValueCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    /// <summary>Splits <c>k8s:app</c>. Returns what is wrong, or null.</summary>
    public static string? SplitKey(string text, string defaultSource, out string source, out string key)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        key = text[(colon + 1)..];
        source = defaultSource;
        if (colon >= 0)
        {
            if (LabelSources.Intern(text.AsSpan(0, colon)) is not { } known)
            {
                string expected = (defaultSource == LabelSources.Any ? "any, " : "") + LabelSources.Listing;
                return $"unknown source {Quoting.Quote(text[..colon])}, expected {expected}";
            }
            source = known;
        }
        return CheckKey(key);
    }

    public static string? CheckValue(string value) => Check("value", value, MaxValueLength, ValueCharacters);

    /// <summary>Kubernetes' own rules for a key (its documents, "Labels and Selectors"): a name, or a DNS name, a slash and a name. Returns what is
    /// wrong, or null.</summary>
    public static string? CheckQualifiedName(string text)
    {
        if (CheckKey(text) is { } wrong)
            return wrong;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string name = text[(slash + 1)..];
        if (name.Length is 0 or > MaxNameLength)
            return $"the name is {name.Length} characters long, 1 to {MaxNameLength} may be";
        if (!char.IsAsciiLetterOrDigit(name[0]))
            return "the name must start and end with a letter or digit";
        return slash < 0 || DnsName.IsSubdomain(text[..slash]) ? null : $"what is before the slash is not {DnsName.Subdomain}";
    }

    private static string? CheckKey(string key)
    {
        if (key.Length == 0)
            return "the key is empty";
        if (key.AsSpan().Count('/') > 1)
            return "the key has more than one slash";
        return Check("key", key, MaxKeyLength, KeyCharacters);
    }

    private static string? Check(string part, string text, int maxLength, SearchValues<char> allowed)
    {
        if (text.Length == 0)
            return null;
        if (text.Length > maxLength)
            return $"the {part} is {text.Length} characters long, the most is {maxLength}";
        int bad = text.AsSpan().IndexOfAnyExcept(allowed);
        if (bad >= 0)
            return text[bad] == ' ' ? $"the {part} has a space" : $"the {part} has the character {Quoting.Quote(text[bad].ToString())}";
        if (!char.IsAsciiLetterOrDigit(text[0]) || !char.IsAsciiLetterOrDigit(text[^1]))
            return $"the {part} must start and end with a letter or digit";
        return null;
    }
}
