using System.Diagnostics;
using System.Globalization;

namespace Ciliate.Cli;

/// <summary>Tells people at a terminal that there is something to wait for, once it takes longer than they would think: a line that counts and is wiped away
/// in the end. Scripts get to see nothing of it.</summary>
internal sealed class Progress : IDisposable
{
    private readonly Terminal _terminal;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly Timer? _timer;
    private int _width;
    private bool _ended;

    public Progress(Terminal terminal)
    {
        _terminal = terminal;
        if (terminal.IsErrorTerminal)
            _timer = new Timer(_ => Tell(), null, terminal.Patience, terminal.Patience);
    }

    public void Dispose()
    {
        _timer?.Dispose();
        lock (_lock)
        {
            _ended = true;
            if (_width > 0)
                _terminal.Error.Write($"\r{new string(' ', _width)}\r");
        }
    }

    private void Tell()
    {
        lock (_lock)
        {
            if (_ended)
                return;
            string line = string.Create(CultureInfo.InvariantCulture, $"waiting for the agent: {Stopwatch.GetElapsedTime(_start).TotalSeconds:0} s");
            _width = line.Length;
            _terminal.Error.Write($"\r{line}");
        }
    }
}
