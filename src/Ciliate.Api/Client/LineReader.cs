namespace Ciliate.Api.Client;

/// <summary>Splits a stream at line feeds, as in newline-delimited JSON.</summary>
internal sealed class LineReader(Stream stream)
{
    private const int MaxLine = 1024 * 1024;

    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    /// <summary>The next line that is not empty, valid until the next call; null at the end of the stream.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        int searched = 0;
        while (true)
        {
            int length = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (length < 0)
            {
                searched = _end - _start;
                if (await FillAsync(cancellationToken).ConfigureAwait(false))
                    continue;
                if (searched > 0)
                    throw HttpFramingException.Closed();
                return null;
            }

            ReadOnlyMemory<byte> line = _buffer.AsMemory(_start, searched + length);
            _start += line.Length + 1;
            searched = 0;
            if (!line.IsEmpty)
                return line;
        }
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        int held = _end - _start;
        if (held >= MaxLine)
            throw new HttpFramingException($"a line of the answer is longer than {MaxLine} bytes");
        byte[] target = held == _buffer.Length ? new byte[_buffer.Length * 2] : _buffer;
        _buffer.AsSpan(_start, held).CopyTo(target);
        _buffer = target;
        _start = 0;
        _end = held;
        int count = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _end += count;
        return count > 0;
    }
}
