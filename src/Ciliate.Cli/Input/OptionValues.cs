using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Ciliate.Cli;

/// <summary>Checks of option values whose messages name the option, the value and what is expected.</summary>
internal static class OptionValues
{
    /// <summary>One of a few words; they are offered for completion.</summary>
    public static Option<string?> AcceptingOnly(this Option<string?> option, params string[] words)
    {
        option.CompletionSources.Add(_ => words.Select(word => new System.CommandLine.Completions.CompletionItem(word)));
        return option.Checked(value => words.Contains(value, StringComparer.OrdinalIgnoreCase), OneOf(words));
    }

    public static Option<string?> AcceptingAddress(this Option<string?> option, AddressFamily family) =>
        option.Checked(
            value => IPAddress.TryParse(value, out IPAddress? address) && address.AddressFamily == family && IsWhole(value, family),
            family == AddressFamily.InterNetwork ? "an IPv4 address" : "an IPv6 address");

    public static Option<string?> AcceptingPort(this Option<string?> option) =>
        option.Checked(text => TryParsePort(text, out _, out _), "a port from 1 to 65535, with /tcp, /udp or /sctp behind it or nothing");

    /// <summary>Reads <c>53/udp</c>, or <c>5432</c> for TCP.</summary>
    public static bool TryParsePort(string text, out ushort port, out string protocol)
    {
        string[] parts = text.Split('/');
        protocol = parts.Length == 2 ? parts[1].ToUpperInvariant() : "TCP";
        return ushort.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out port) && port > 0
            && parts.Length <= 2 && protocol is ("TCP" or "UDP" or "SCTP");
    }

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>, or null when the option is not given.</summary>
    public static Option<int?> WithRange(this Option<int?> option, int least, int most)
    {
        option.CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most)
                return number;
            result.AddError(Refusal(option, text, $"a number from {least} to {most}"));
            return null;
        };
        return option;
    }

    public static Argument<string> Refusing(this Argument<string> argument, Func<string, bool> isBad, string why)
    {
        argument.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens.Where(token => isBad(token.Value)))
                result.AddError($"\"{token.Value}\" {why}");
        });
        return argument;
    }

    private static Option<string?> Checked(this Option<string?> option, Func<string, bool> isGood, string expected)
    {
        option.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens.Where(token => !isGood(token.Value)))
                result.AddError(Refusal(option, token.Value, expected));
        });
        return option;
    }

    /// <summary>The parser also takes <c>10.1</c> for 10.0.0.1.</summary>
    private static bool IsWhole(string address, AddressFamily family) => family != AddressFamily.InterNetwork || address.Count(c => c == '.') == 3;

    private static string Refusal(Option option, string value, string expected) => $"{option.Name} \"{value}\" is not {expected}";

    private static string OneOf(string[] words) => $"{string.Join(", ", words[..^1])} or {words[^1]}";
}
