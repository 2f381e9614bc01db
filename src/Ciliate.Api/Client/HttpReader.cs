using System.Net.Sockets;
using System.Text;

namespace Ciliate.Api.Client;

/// <summary>Bytes of a connection with a small buffer before them, so that lines and blocks can be read in turn.</summary>
internal sealed class HttpReader(Socket socket)
{
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    /// <summary>Reads up to the next line feed. The line comes without its end; it may be at most <paramref name="limit"/> bytes.</summary>
    public async ValueTask<string> ReadLineAsync(int limit, CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (true)
        {
            int length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            int take = length < 0 ? _end - _start : length;
            if (line.Length + take > limit)
                throw new HttpFramingException($"a line of the answer's head is longer than {limit} bytes");
            line.Append(Encoding.Latin1.GetString(_buffer, _start, take));
            _start += take;
            if (length >= 0)
            {
                _start++;
                return line.ToString().TrimEnd('\r');
            }

            if (!await FillAsync(cancellationToken).ConfigureAwait(false))
                throw HttpFramingException.Closed();
        }
    }

    /// <summary>Returns 0 only at the end of the connection.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        if (_start == _end && !await FillAsync(cancellationToken).ConfigureAwait(false))
            return 0;
        int count = Math.Min(target.Length, _end - _start);
        _buffer.AsMemory(_start, count).CopyTo(target);
        _start += count;
        return count;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        _start = 0;
        _end = 0;
        _end = await socket.ReceiveAsync(_buffer, SocketFlags.None, cancellationToken).ConfigureAwait(false);
        return _end > 0;
    }
}
