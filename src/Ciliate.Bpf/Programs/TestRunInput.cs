namespace Ciliate.Bpf;

/// <summary>Input of a test run. Packet programs take <see cref="Data"/>, and <see cref="Context"/> if they are of tc; programs of type
/// syscall take <see cref="RawContext"/> alone.</summary>
public sealed record TestRunInput
{
    /// <summary>The packet from its Ethernet header on; at least 14 bytes.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>What __sk_buff says before the program runs.</summary>
    public SkBuff? Context { get; init; }

    /// <summary>The context as bytes; a syscall program writes to it.</summary>
    public ReadOnlyMemory<byte> RawContext { get; init; }

    /// <summary>Bytes of the packet that are wanted back. A program may make it longer; the kernel itself allows no more than a page here.</summary>
    public int OutputRoom { get; init; } = 1 << 16;

    /// <summary>Runs, at least 1. The packet is what the run before left.</summary>
    public int Repeat { get; init; } = 1;
}

/// <param name="ReturnValue">Of the last run.</param>
/// <param name="Data">The packet as the program left it.</param>
/// <param name="Context">__sk_buff as the program left it, when one was given.</param>
/// <param name="RawContext">The context as the program left it, when it was given as bytes.</param>
/// <param name="NanosecondsPerRun">Mean time of a run; 0 for syscall programs.</param>
public sealed record TestRunResult(int ReturnValue, ReadOnlyMemory<byte> Data, SkBuff? Context, ReadOnlyMemory<byte> RawContext, uint NanosecondsPerRun);
