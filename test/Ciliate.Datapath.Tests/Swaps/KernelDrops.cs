using System.Globalization;
using Ciliate.Testing;

namespace Ciliate.Datapath.Tests.Swaps;

/// <summary>What the kernel itself says it has lost for want of room, and sent again.</summary>
/// <param name="Backlog">Packets that found the backlog of a CPU full (second column of softnet_stat).</param>
/// <param name="Sockets">Datagrams that found a buffer full.</param>
/// <param name="Retransmitted">TCP segments sent again.</param>
internal sealed record KernelDrops(long Backlog, long Sockets, long Retransmitted)
{
    public static KernelDrops Read(params ReadOnlySpan<TestNamespace> places)
    {
        long backlog = File.ReadLines("/proc/net/softnet_stat")
            .Sum(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        long sockets = 0, retransmitted = 0;
        foreach (TestNamespace place in places)
        {
            string[] snmp = place.Run(() => File.ReadAllLines("/proc/thread-self/net/snmp"));
            sockets += Counter(snmp, "Udp:", "RcvbufErrors");
            retransmitted += Counter(snmp, "Tcp:", "RetransSegs");
        }

        return new KernelDrops(backlog, sockets, retransmitted);
    }

    public static KernelDrops operator -(KernelDrops after, KernelDrops before) => new(
        after.Backlog - before.Backlog, after.Sockets - before.Sockets, after.Retransmitted - before.Retransmitted);

    /// <summary>Names and values stand in two lines with the same first word.</summary>
    private static long Counter(string[] lines, string group, string name)
    {
        string[][] rows = [.. lines.Where(line => line.StartsWith(group, StringComparison.Ordinal)).Select(line => line.Split(' '))];
        return long.Parse(rows[1][Array.IndexOf(rows[0], name)], CultureInfo.InvariantCulture);
    }
}
