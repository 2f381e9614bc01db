using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Ciliate.Agent.Ipam;
using Ciliate.Datapath;
using Ciliate.Linux;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Configuration;

/// <summary>Merges the four sources (default, file, environment, flag) and checks every value.</summary>
public static class ConfigurationLoader
{
    public const string DefaultFile = "/etc/ciliate/config.yaml";

    private const string EnvironmentPrefix = "CILIATE_";

    /// <param name="environment">All variables of the process; those that do not start with CILIATE_ are not looked at.</param>
    /// <param name="defaultFile">Read when the command line names none, and only if it exists.</param>
    /// <exception cref="ConfigurationException">A key or value is refused.</exception>
    public static AgentConfiguration Load(
        CommandLine commandLine, IReadOnlyDictionary<string, string> environment, string defaultFile = DefaultFile)
    {
        Dictionary<AgentOption, OptionValue> values = AgentOptions.All.ToDictionary(
            option => option, option => new OptionValue(option, option.Default, "default"));
        foreach (OptionValue value in FromFile(commandLine.ConfigurationFile, defaultFile)
            .Concat(FromEnvironment(environment))
            .Concat(FromFlags(commandLine)))
        {
            values[value.Option] = value;
        }

        return Check(values);
    }

    private static IReadOnlyList<OptionValue> FromFile(string? named, string defaultFile) =>
        named is not null ? ConfigurationFile.Read(named) :
        File.Exists(defaultFile) ? ConfigurationFile.Read(defaultFile) : [];

    private static IEnumerable<OptionValue> FromEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        foreach ((string name, string text) in environment.Where(pair => pair.Key.StartsWith(EnvironmentPrefix, StringComparison.Ordinal)))
        {
            AgentOption option = AgentOptions.All.FirstOrDefault(option => option.EnvironmentVariable == name)
                ?? throw new ConfigurationException(
                    $"unknown environment variable {name}{NearestName.Hint(name, AgentOptions.All.Select(option => option.EnvironmentVariable))}; "
                    + "ciliated --help lists the options");
            yield return new OptionValue(option, text, name);
        }
    }

    private static IEnumerable<OptionValue> FromFlags(CommandLine commandLine) =>
        commandLine.Values.Select(pair => new OptionValue(AgentOptions.Find(pair.Key)!, pair.Value, "--" + pair.Key));

    private static AgentConfiguration Check(Dictionary<AgentOption, OptionValue> values)
    {
        AddressRange? ipv4 = Range(values[AgentOptions.IPv4Range], AddressFamily.InterNetwork);
        AddressRange? ipv6 = Range(values[AgentOptions.IPv6Range], AddressFamily.InterNetworkV6);
        if (ipv4 is null && ipv6 is null)
            throw new ConfigurationException("ipv4-range and ipv6-range are both none; containers need addresses of at least one family");
        return new AgentConfiguration
        {
            Socket = SocketPath(values[AgentOptions.Socket]),
            StateDirectory = StatePath(values[AgentOptions.StateDirectory]),
            PolicyDirectory = values[AgentOptions.PolicyDirectory] is { Text: not "none" } directory ? AbsolutePath(directory) : null,
            BpfRoot = AbsolutePath(values[AgentOptions.BpfRoot]),
            IPv4Range = ipv4,
            IPv6Range = ipv6,
            AllowHostIngress = Boolean(values[AgentOptions.AllowHostIngress]),
            FlowTableSize = Number(values[AgentOptions.FlowTableSize], 1024, 4194304),
            FlowTimeouts = new FlowTimeouts(
                Seconds(values[AgentOptions.FlowTimeoutTcp]), Seconds(values[AgentOptions.FlowTimeoutTcpSyn]),
                Seconds(values[AgentOptions.FlowTimeoutTcpFin]), Seconds(values[AgentOptions.FlowTimeoutOther])),
            HostInterfacePrefix = InterfacePrefix(values[AgentOptions.HostInterfacePrefix]),
            HookBackend = Hooks(values[AgentOptions.HookBackend]),
            TailorPrograms = Boolean(values[AgentOptions.TailorPrograms]),
            Masquerade = MasqueradeReader.Read(option => values[option], Boolean),
            MetricsAddress = ListenAddress(values[AgentOptions.MetricsAddress]),
            LogLevel = Level(values[AgentOptions.LogLevel]),
            Values = [.. AgentOptions.All.Select(option => values[option])],
        };
    }

    private static AddressRange? Range(OptionValue value, AddressFamily family)
    {
        if (value.Text == "none")
            return null;
        return AddressRange.TryParse(value.Text, family, out AddressRange? range, out string problem)
            ? range
            : throw Refused(value, problem);
    }

    private static string AbsolutePath(OptionValue value) =>
        Path.IsPathFullyQualified(value.Text) && !value.Text.Contains('\0')
            ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(value.Text))
            : throw Refused(value, "is not an absolute path");

    private static string SocketPath(OptionValue value)
    {
        // sun_path of unix(7) holds 108 bytes with the final zero.
        const int longest = 107;
        string path = AbsolutePath(value);
        return Encoding.UTF8.GetByteCount(path) <= longest
            ? path
            : throw Refused(value, $"is longer than {longest} bytes, the limit of a Unix socket");
    }

    private static string StatePath(OptionValue value)
    {
        // It is part of the alias of the agent's interfaces, which takes 255 bytes.
        const int longest = 200;
        string path = AbsolutePath(value);
        return new[] { path, FileSystem.Canonical(path) }.All(name => Encoding.UTF8.GetByteCount(name) <= longest)
            ? path
            : throw Refused(value, $"is longer than {longest} bytes, or leads by a link to such a path");
    }

    private static bool Boolean(OptionValue value) => value.Text switch
    {
        "true" => true,
        "false" => false,
        _ => throw Refused(value, "is neither true nor false"),
    };

    private static int Number(OptionValue value, int least, int most) =>
        int.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : throw Refused(value, $"is not a number from {least} to {most}");

    private static TimeSpan Seconds(OptionValue value) => TimeSpan.FromSeconds(Number(value, 1, 1_000_000));

    private static string InterfacePrefix(OptionValue value)
    {
        // Linux takes 15 characters in all; an underscore, a word or a number follow.
        const int longest = 8;
        string text = value.Text;
        bool good = text.Length is > 0 and <= longest && char.IsAsciiLetterLower(text[0])
            && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c));
        return good ? text : throw Refused(value, $"is not 1 to {longest} characters, a-z first, then a-z or 0-9");
    }

    private static HookKind? Hooks(OptionValue value) => value.Text switch
    {
        "auto" => null,
        "tcx" => HookKind.Tcx,
        "clsact" => HookKind.Clsact,
        _ => throw Refused(value, "is none of auto, tcx, clsact"),
    };

    private static IPEndPoint? ListenAddress(OptionValue value)
    {
        if (value.Text == "none")
            return null;
        // A bare address is taken for one with port 0.
        return IPEndPoint.TryParse(value.Text, out IPEndPoint? address) && address.Port != 0
            ? address
            : throw Refused(value, "is neither none nor an IP address and a port, such as 127.0.0.1:9962 or [::1]:9962");
    }

    private static LogLevel Level(OptionValue value) => value.Text switch
    {
        "debug" => LogLevel.Debug,
        "info" => LogLevel.Information,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => throw Refused(value, "is none of debug, info, warn, error"),
    };

    internal static ConfigurationException Refused(OptionValue value, string problem) =>
        new($"{value.Option.Name}: '{value.Text}' {problem} (from {value.Source})");
}
