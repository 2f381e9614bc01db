using Ciliate.Linux;

namespace Ciliate.Agent.Outside;

/// <summary>What the host wants of the sources of packets that come in: <c>net.ipv4.conf.*.rp_filter</c> (kernel's ip-sysctl.rst). There is none
/// for IPv6, so the datapath holds IPv6 to the same.</summary>
internal static class ReversePath
{
    /// <summary>Whether they must be from where an answer would leave by the same interface. Of the setting for all and that of the interface
    /// the larger one counts; 2 asks for any way back only.</summary>
    public static bool IsStrict(NetworkNamespace host, string link)
    {
        using var visit = host.Enter();
        return Math.Max(Read("all"), Read(link)) == 1;
    }

    private static int Read(string link) => int.TryParse(Sysctl.Read($"net/ipv4/conf/{link}/rp_filter"), out int mode) ? mode : 0;
}
