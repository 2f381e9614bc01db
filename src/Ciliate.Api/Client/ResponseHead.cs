using System.Globalization;

namespace Ciliate.Api.Client;

/// <summary>What stands before the body of an answer (RFC 9112).</summary>
/// <param name="ContentLength">Bytes; null when the body is chunked or ends with the connection.</param>
internal sealed record ResponseHead(int Status, string Reason, bool Chunked, long? ContentLength)
{
    private const int MaxLine = 8 * 1024;
    private const int MaxFields = 100;

    /// <summary>Reads the head of the final answer; informational ones (1xx) before it are skipped.</summary>
    public static async ValueTask<ResponseHead> ReadAsync(HttpReader reader, CancellationToken cancellationToken)
    {
        ResponseHead head;
        do
            head = await ReadOneAsync(reader, cancellationToken).ConfigureAwait(false);
        while (head.Status < 200);
        return head;
    }

    private static async ValueTask<ResponseHead> ReadOneAsync(HttpReader reader, CancellationToken cancellationToken)
    {
        ResponseHead head = ParseStatusLine(await reader.ReadLineAsync(MaxLine, cancellationToken).ConfigureAwait(false));
        for (int fields = 0; fields <= MaxFields; fields++)
        {
            string line = await reader.ReadLineAsync(MaxLine, cancellationToken).ConfigureAwait(false);
            if (line.Length == 0)
                return head.Status is 204 or 304 ? head with { Chunked = false, ContentLength = 0 } : head;
            head = head.With(line);
        }

        throw new HttpFramingException($"the answer has more than {MaxFields} header fields");
    }

    private static ResponseHead ParseStatusLine(string line)
    {
        const int reasonStart = 13; // "HTTP/1.1 200 "
        bool valid = line.StartsWith("HTTP/1.", StringComparison.Ordinal) && line.Length >= reasonStart - 1 && line[8] == ' ';
        if (!valid || !int.TryParse(line.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out int status) || status < 100)
            throw new HttpFramingException("what listens there does not speak HTTP");
        return new ResponseHead(status, line.Length > reasonStart ? line[reasonStart..] : "", false, null);
    }

    /// <summary>A transfer coding overrides a length (RFC 9112 section 6.3).</summary>
    private ResponseHead With(string field)
    {
        int colon = field.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
            throw new HttpFramingException("a header field of the answer has no name");
        ReadOnlySpan<char> name = field.AsSpan(0, colon);
        ReadOnlySpan<char> value = field.AsSpan(colon + 1).Trim();
        if (name.Equals("transfer-encoding", StringComparison.OrdinalIgnoreCase))
        {
            if (!value.Equals("chunked", StringComparison.OrdinalIgnoreCase))
                throw new HttpFramingException($"the transfer coding \"{value}\" is not supported");
            return this with { Chunked = true, ContentLength = null };
        }

        if (Chunked || !name.Equals("content-length", StringComparison.OrdinalIgnoreCase))
            return this;
        return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long length)
            ? this with { ContentLength = length }
            : throw new HttpFramingException($"the content length \"{value}\" is not a number");
    }
}
