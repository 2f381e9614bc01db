using System.Globalization;
using Ciliate.Fuzz.Targets;

namespace Ciliate.Fuzz.Execution;

/// <summary>Bounds of one input. Time is processor time and memory is what is allocated, so that neither depends on what else the machine does.</summary>
internal static class Limits
{
    /// <summary>Bytes of heap that a process may have at once, in the hexadecimal form of the runtime's setting.</summary>
    public const string HeapLimit = "20000000";

    /// <summary>For an input that waits instead of computing, in milliseconds.</summary>
    public const int WallClockMilliseconds = 120_000;

    private const long AllocatedAtMost = 256L << 20;
    private static readonly TimeSpan s_processorTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(200);
    private static readonly Timer s_watch = new(_ => Look());

    // Processor time of this process, in ticks, when the input was begun; 0 between inputs.
    private static long _begun;

    /// <exception cref="Exception">A finding. An input that does not end in its processor time ends the process: nothing else could stop it.</exception>
    public static void Try(IFuzzTarget target, ReadOnlyMemory<byte> input)
    {
        s_watch.Change(s_pollInterval, s_pollInterval);
        long allocated = GC.GetTotalAllocatedBytes();
        Volatile.Write(ref _begun, Environment.CpuUsage.TotalTime.Ticks);
        try
        {
            target.Try(input);
        }
        finally
        {
            Volatile.Write(ref _begun, 0);
        }

        allocated = GC.GetTotalAllocatedBytes() - allocated;
        Expect.True(allocated <= AllocatedAtMost, string.Create(
            CultureInfo.InvariantCulture, $"{input.Length} bytes of input had {allocated >> 20} MiB allocated, more than {AllocatedAtMost >> 20}"));
    }

    private static void Look()
    {
        long begun = Volatile.Read(ref _begun);
        if (begun != 0 && Environment.CpuUsage.TotalTime.Ticks - begun > s_processorTime.Ticks)
            Environment.FailFast($"the input takes more than {s_processorTime.TotalSeconds} s of processor time");
    }
}
