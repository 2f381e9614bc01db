using System.Globalization;
using System.Net;
using Ciliate.Agent.Outside;

namespace Ciliate.Agent.Configuration;

/// <summary>Reads the options of masquerade.</summary>
internal static class MasqueradeReader
{
    private const int LongestInterfaceName = 15;

    /// <summary>The datapath keeps about every second port from a container, by a hash of both. Of fewer ports it might keep all from one.</summary>
    private const int FewestPorts = 32;

    /// <exception cref="ConfigurationException">A value is refused.</exception>
    public static MasqueradeSettings Read(Func<AgentOption, OptionValue> valueOf, Func<OptionValue, bool> boolean)
    {
        (ushort first, ushort last) = Ports(valueOf(AgentOptions.MasqueradePorts));
        return new MasqueradeSettings(
            boolean(valueOf(AgentOptions.Masquerade)),
            boolean(valueOf(AgentOptions.MasqueradeIPv6)),
            Devices(valueOf(AgentOptions.Devices)),
            first,
            last,
            boolean(valueOf(AgentOptions.MasqueradeAllProtocols)),
            Networks(valueOf(AgentOptions.MasqueradeExclude)));
    }

    private static string[]? Devices(OptionValue value)
    {
        if (value.Text == "auto")
            return null;
        string[] names = value.Text.Split(',', StringSplitOptions.TrimEntries);
        bool good = names.All(name => name.Length is > 0 and <= LongestInterfaceName && !name.Any(letter => letter is '/' or ':' || char.IsWhiteSpace(letter)));
        return good ? names : throw ConfigurationLoader.Refused(value, "is neither auto nor names of interfaces separated by commas");
    }

    private static (ushort First, ushort Last) Ports(OptionValue value)
    {
        const int least = 1024;
        string[] ends = value.Text.Split('-');
        bool good = ends.Length == 2
            & ushort.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out ushort first)
            & ushort.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out ushort last)
            && first >= least && last >= first;
        if (!good)
            throw ConfigurationLoader.Refused(value, "is not a range of ports such as 16384-32767, from 1024 on");
        int count = last - first + 1;
        return count >= FewestPorts
            ? (first, last)
            : throw ConfigurationLoader.Refused(value, $"has {count} ports; {FewestPorts} are the fewest, since a container takes only about half of them");
    }

    private static IPNetwork[] Networks(OptionValue value)
    {
        if (value.Text == "none")
            return [];
        return [.. value.Text.Split(',', StringSplitOptions.TrimEntries).Select(text =>
            text.Contains('/', StringComparison.Ordinal) && IPNetwork.TryParse(text, out IPNetwork network) && !network.BaseAddress.IsIPv4MappedToIPv6
                ? network
                : throw ConfigurationLoader.Refused(value, $"has '{text}', which is not a network such as 192.0.2.0/24"))];
    }
}
