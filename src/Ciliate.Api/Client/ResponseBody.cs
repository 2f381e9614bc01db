using System.Globalization;

namespace Ciliate.Api.Client;

/// <summary>The body of an answer without its framing: chunked, of a length told beforehand, or up to the end of the connection.</summary>
internal sealed class ResponseBody(HttpReader reader, ResponseHead head, long limit) : Stream
{
    private const int MaxLine = 1024;
    private const int MaxTrailers = 100;

    /// <summary>Bytes of the current chunk or of the whole body that are still to come; null: unknown.</summary>
    private long? _remaining = head.Chunked ? 0 : head.ContentLength;
    private bool _ended = head is { Chunked: false, ContentLength: 0 };
    private long _total;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (head.Chunked && _remaining == 0 && !_ended)
            await ReadChunkHeadAsync(cancellationToken).ConfigureAwait(false);
        if (_ended || buffer.IsEmpty)
            return 0;
        int most = (int)Math.Min(buffer.Length, _remaining ?? long.MaxValue);
        int count = await reader.ReadAsync(buffer[..most], cancellationToken).ConfigureAwait(false);
        if (count == 0)
            return _remaining is null ? 0 : throw HttpFramingException.Closed();
        await TakenAsync(count, cancellationToken).ConfigureAwait(false);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read asynchronously");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    private async ValueTask TakenAsync(int count, CancellationToken cancellationToken)
    {
        _total += count;
        if (_total > limit)
            throw new HttpFramingException($"the answer is larger than {limit} bytes");
        _remaining -= count;
        if (_remaining != 0)
            return;
        if (!head.Chunked)
            _ended = true;
        else if ((await reader.ReadLineAsync(MaxLine, cancellationToken).ConfigureAwait(false)).Length != 0)
            throw new HttpFramingException("a chunk of the answer is longer than it says");
    }

    private async ValueTask ReadChunkHeadAsync(CancellationToken cancellationToken)
    {
        string line = await reader.ReadLineAsync(MaxLine, cancellationToken).ConfigureAwait(false);
        int extension = line.IndexOf(';', StringComparison.Ordinal);
        ReadOnlySpan<char> digits = (extension < 0 ? line : line[..extension]).AsSpan().Trim();
        if (!long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long size) || size < 0)
            throw new HttpFramingException("a chunk of the answer has no size");
        _remaining = size;
        if (size == 0)
            await SkipTrailersAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask SkipTrailersAsync(CancellationToken cancellationToken)
    {
        for (int trailers = 0; trailers <= MaxTrailers; trailers++)
        {
            if ((await reader.ReadLineAsync(MaxLine, cancellationToken).ConfigureAwait(false)).Length == 0)
            {
                _ended = true;
                return;
            }
        }

        throw new HttpFramingException($"the answer has more than {MaxTrailers} trailer fields");
    }
}
