using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ciliate.Bpf;

namespace Ciliate.Datapath;

/// <summary>The clock that flows are dated by: the kernel's ticks, which cost a program nothing to read. Their rate is not told to user
/// space, so it is measured once.</summary>
internal sealed class TickClock : IDisposable
{
    private static readonly uint[] Rates = [100, 250, 300, 1000];

    /// <summary>Long enough to tell 250 from 300 with a tick more or less.</summary>
    private static readonly TimeSpan SampleTime = TimeSpan.FromMilliseconds(64);

    private readonly LoadedObject _object;
    private readonly BpfProgram _program;

    public TickClock(BpfLoader loader)
    {
        _object = loader.Load(DatapathObjects.Clock);
        _program = _object.Program("read_clock");
        var first = Read();
        Thread.Sleep(SampleTime);
        var second = Read();
        double rate = (second.Jiffies - first.Jiffies) * 1e9 / (second.Nanoseconds - first.Nanoseconds);
        TicksPerSecond = Rates.MinBy(candidate => Math.Abs(candidate - rate));
    }

    public uint TicksPerSecond { get; }

    public ulong Now() => Read().Jiffies;

    public void Dispose() => _object.Dispose();

    private Reading Read()
    {
        var run = _program.TestRun(new TestRunInput { RawContext = new byte[Unsafe.SizeOf<Reading>()] });
        return MemoryMarshal.Read<Reading>(run.RawContext.Span);
    }

    /// <summary>struct clock_reading of bpf/clock.bpf.c.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Reading
    {
        public ulong Jiffies;
        public ulong Nanoseconds;
    }
}
