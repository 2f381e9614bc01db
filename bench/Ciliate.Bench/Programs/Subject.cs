using Ciliate.Bpf;

namespace Ciliate.Bench.Programs;

/// <summary>A program and what it is given.</summary>
/// <param name="Verdict">What it must say, or the measurement is not of what it seems.</param>
internal sealed record Subject(BpfProgram Program, Packet Packet, int Verdict)
{
    /// <summary>What __sk_buff says before the first run.</summary>
    public SkBuff? Context { get; init; }
}

/// <summary>Verdicts of tc programs (linux/pkt_cls.h).</summary>
internal static class TestVerdict
{
    public const int Ok = 0, Shot = 2, Redirect = 7;
}
