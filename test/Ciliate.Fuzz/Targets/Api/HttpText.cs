using System.Text;
using Ciliate.Api;

namespace Ciliate.Fuzz.Targets.Api;

/// <summary>A request as a file writes it: a line <c>METHOD /path?query</c>, and the body after it.</summary>
/// <param name="Target">As it comes over the wire, percent-encoded.</param>
internal sealed record HttpText(string Method, string Target, ReadOnlyMemory<byte> Body)
{
    // More requests in one file reach nothing that these do not.
    private const int MostRequests = 8;

    /// <summary>For an input that holds no request. The first one is such: the fork server may read it before afl-fuzz has written it, which gives
    /// up where a run reaches nothing.</summary>
    public static readonly HttpText Health = new("GET", ApiRoutes.Health, default);

    private static readonly byte[] s_separator = "\n###\n"u8.ToArray();

    /// <summary>Several requests are separated by lines of <c>###</c>. What the HTTP server in front would refuse by itself is left out.</summary>
    public static IEnumerable<HttpText> Read(ReadOnlyMemory<byte> input)
    {
        for (int i = 0; i < MostRequests; i++)
        {
            int end = input.Span.IndexOf(s_separator);
            if (ReadOne(end < 0 ? input : input[..end]) is { } request)
                yield return request;
            if (end < 0)
                yield break;
            input = input[(end + s_separator.Length)..];
        }
    }

    private static HttpText? ReadOne(ReadOnlyMemory<byte> text)
    {
        int end = text.Span.IndexOf((byte)'\n');
        string line = Encoding.Latin1.GetString(end < 0 ? text.Span : text.Span[..end]);
        string[] words = line.Split(' ');
        bool good = words is [{ Length: > 0 } method, ['/', ..] target]
            && method.All(char.IsAsciiLetterUpper)
            && target.All(c => c is > ' ' and < '\x7f' and not '#')
            && !target.Contains("%00", StringComparison.Ordinal);
        return good ? new HttpText(words[0], words[1], end < 0 ? default : text[(end + 1)..]) : null;
    }
}
