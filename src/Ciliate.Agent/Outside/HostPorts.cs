using System.Globalization;
using Ciliate.Linux;

namespace Ciliate.Agent.Outside;

/// <summary>The ports that the host's own connections take.</summary>
public static class HostPorts
{
    private const string Setting = "net/ipv4/ip_local_port_range";

    /// <exception cref="AgentException">Masquerade would take the same.</exception>
    public static void RefuseOverlap(NetworkNamespace host, MasqueradeSettings settings)
    {
        if (!settings.IsOn)
            return;
        int[] range = [.. Sysctl.Read(host, Setting).Split('\t', ' ').Where(text => text.Length > 0).Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        if (settings.FirstPort > range[1] || settings.LastPort < range[0])
            return;
        string free = range[0] > 2048 ? $"{Math.Max(1024, range[0] / 2)}-{range[0] - 1}" : range[1] < 65000 ? $"{range[1] + 1}-65535" : "";
        throw AgentException.Conflict(
            $"masquerade-ports {settings.FirstPort}-{settings.LastPort} overlap net.ipv4.ip_local_port_range {range[0]}-{range[1]}, the host's own; "
            + (free.Length > 0 ? $"set masquerade-ports to {free}" : "make that range smaller"));
    }
}
