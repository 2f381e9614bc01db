using System.Globalization;

namespace Ciliate.Bpf;

public static class Cpus
{
    /// <summary>CPUs that this machine may ever have: as many values has an entry of a per-CPU map.</summary>
    public static int PossibleCount { get; } = Count(File.ReadAllText("/sys/devices/system/cpu/possible").Trim());

    /// <param name="list">A CPU list of the kernel: "0-3,8".</param>
    internal static int Count(string list)
    {
        int count = 0;
        foreach (string range in list.Split(','))
        {
            int[] ends = [.. range.Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture))];
            count += ends[^1] - ends[0] + 1;
        }

        return count;
    }
}
