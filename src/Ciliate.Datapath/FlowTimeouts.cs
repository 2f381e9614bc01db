namespace Ciliate.Datapath;

/// <summary>How long a flow lives after its last packet. At least a tick of the kernel each, at most 49 days at 1000 ticks a second.</summary>
/// <param name="Tcp">Both sides have answered.</param>
/// <param name="TcpSyn">The handshake is not over.</param>
/// <param name="TcpFin">Both sides have closed, or one has reset.</param>
/// <param name="Other">Of every other protocol.</param>
public sealed record FlowTimeouts(TimeSpan Tcp, TimeSpan TcpSyn, TimeSpan TcpFin, TimeSpan Other)
{
    /// <summary>Those of Cilium.</summary>
    public static FlowTimeouts Default { get; } = new(
        TimeSpan.FromSeconds(8000), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60));

    /// <summary>How long an expired flow is left in the table. Longer than any program runs, see bpf/lib/flow_table.h.</summary>
    internal TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>The same in ticks of the kernel.</summary>
internal sealed class FlowTicks(FlowTimeouts timeouts, uint ticksPerSecond)
{
    public uint Tcp => TicksOf(timeouts.Tcp);

    public uint TcpSyn => TicksOf(timeouts.TcpSyn);

    public uint TcpFin => TicksOf(timeouts.TcpFin);

    public uint Other => TicksOf(timeouts.Other);

    /// <summary>As long as Linux waits for the rest of a packet in pieces.</summary>
    public uint Fragment => TicksOf(TimeSpan.FromSeconds(30));

    public uint Grace => TicksOf(timeouts.Grace);

    /// <summary>A second, or an eighth of the shortest life if that is less.</summary>
    public uint Resolution => Math.Clamp(new[] { Tcp, TcpSyn, TcpFin, Other }.Min() / 8, 1, ticksPerSecond);

    private uint TicksOf(TimeSpan time) => Math.Max(1, (uint)Math.Ceiling(time.TotalSeconds * ticksPerSecond));
}
