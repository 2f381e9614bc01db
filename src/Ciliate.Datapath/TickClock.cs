using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ciliate.Bpf;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>The clock that flows are dated by: the kernel's ticks, which cost a program nothing to read. Their rate is not told to user
/// space, so it is measured once. Thread-safe.</summary>
internal sealed class TickClock : IDisposable
{
    private const string ReadClock = "read_clock";

    private static readonly uint[] Rates = [100, 250, 300, 1000];

    /// <summary>Long enough to tell 250 from 300 with a tick more or less.</summary>
    private static readonly TimeSpan SampleTime = TimeSpan.FromMilliseconds(64);

    private readonly LoadedObject _object;
    private readonly BpfProgram _program;

    public TickClock(BpfLoader loader)
    {
        _object = loader.Load(DatapathObjects.Collect, new LoadOptions { Programs = [ReadClock] });
        _program = _object.Program(ReadClock);
        try
        {
            TicksPerSecond = Measure();
        }
        catch
        {
            _object.Dispose();
            throw;
        }
    }

    public uint TicksPerSecond { get; }

    public ulong Now() => Read().Jiffies;

    public void Dispose() => _object.Dispose();

    private uint Measure()
    {
        var first = Read();
        Thread.Sleep(SampleTime);
        var second = Read();
        double rate = (second.Jiffies - first.Jiffies) * 1e9 / (second.Nanoseconds - first.Nanoseconds);
        return Rates.MinBy(candidate => Math.Abs(candidate - rate));
    }

    private ClockReading Read()
    {
        var run = _program.TestRun(new TestRunInput { RawContext = new byte[Unsafe.SizeOf<ClockReading>()] });
        return MemoryMarshal.Read<ClockReading>(run.RawContext.Span);
    }
}
