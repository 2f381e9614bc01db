using Ciliate.Agent.Configuration;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Ciliate.Agent.Tests.Configuration;

public sealed class ConfigurationTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Without_any_source_every_option_has_its_default()
    {
        AgentConfiguration configuration = Load();

        Assert.Equal("/run/ciliate/ciliate.sock", configuration.Socket);
        Assert.Equal("/var/lib/ciliate", configuration.StateDirectory);
        Assert.Equal("10.101.0.1", configuration.IPv4Range!.Gateway.ToString());
        Assert.Equal("fd00:101::1", configuration.IPv6Range!.Gateway.ToString());
        Assert.True(configuration.AllowHostIngress);
        Assert.Null(configuration.HookBackend);
        Assert.Equal(LogLevel.Information, configuration.LogLevel);
        Assert.All(configuration.Values, value => Assert.Equal("default", value.Source));
    }

    [Fact]
    public void A_file_beats_defaults_and_a_variable_beats_the_file_and_a_flag_beats_both()
    {
        File.WriteAllText(_file, "socket: /file/s\nstate-dir: /file/d\nlog-level: debug\n");
        Dictionary<string, string> environment = new() { ["CILIATE_SOCKET"] = "/env/s", ["CILIATE_STATE_DIR"] = "/env/d" };

        AgentConfiguration configuration = Load(environment, "--config", _file, "--socket=/flag/s");

        Assert.Equal("/flag/s", configuration.Socket);
        Assert.Equal("/env/d", configuration.StateDirectory);
        Assert.Equal(LogLevel.Debug, configuration.LogLevel);
        Assert.Equal("--socket", Source(configuration, AgentOptions.Socket));
        Assert.Equal("CILIATE_STATE_DIR", Source(configuration, AgentOptions.StateDirectory));
        Assert.Equal($"{_file}:3", Source(configuration, AgentOptions.LogLevel));
        Assert.Equal("default", Source(configuration, AgentOptions.BpfRoot));
    }

    [Theory]
    [InlineData("ipv4-range", "fd00::/64", "ipv4-range: 'fd00::/64' is not IPv4 (from --ipv4-range)")]
    [InlineData("ipv6-range", "10.0.0.0/24", "ipv6-range: '10.0.0.0/24' is not IPv6 (from --ipv6-range)")]
    [InlineData("ipv4-range", "10.0.0.0/31", "ipv4-range: '10.0.0.0/31' is too small: it takes at least a /30 (from --ipv4-range)")]
    [InlineData("ipv4-range", "0.0.0.0/0", "ipv4-range: '0.0.0.0/0' is too large: it may be at most a /8 (from --ipv4-range)")]
    [InlineData("ipv6-range", "fd00::1/64", "ipv6-range: 'fd00::1/64' has bits set after its first 64 (from --ipv6-range)")]
    [InlineData("ipv4-range", "10.1/16", "ipv4-range: '10.1/16' is not an IPv4 network such as 10.101.0.0/24 (from --ipv4-range)")]
    [InlineData("ipv4-range", "127.1.0.0/16", "ipv4-range: '127.1.0.0/16' overlaps loopback addresses (from --ipv4-range)")]
    [InlineData("ipv6-range", "fe80::/64", "ipv6-range: 'fe80::/64' overlaps link-local addresses (from --ipv6-range)")]
    [InlineData("ipv4-range", "239.1.0.0/24", "ipv4-range: '239.1.0.0/24' overlaps multicast and reserved addresses (from --ipv4-range)")]
    [InlineData("ipv6-range", "ff02::/64", "ipv6-range: 'ff02::/64' overlaps multicast addresses (from --ipv6-range)")]
    [InlineData("ipv6-range", "::ffff:10.1.2.0/120", "ipv6-range: '::ffff:10.1.2.0/120' overlaps IPv4-mapped addresses (from --ipv6-range)")]
    [InlineData("ipv6-range", "::/64", "ipv6-range: '::/64' overlaps loopback, IPv4-mapped and reserved addresses (from --ipv6-range)")]
    [InlineData("allow-host-ingress", "yes", "allow-host-ingress: 'yes' is neither true nor false (from --allow-host-ingress)")]
    [InlineData("flow-table-size", "-1", "flow-table-size: '-1' is not a number from 1024 to 4194304 (from --flow-table-size)")]
    [InlineData("host-interface-prefix", "eth/0", "host-interface-prefix: 'eth/0' is not 1 to 8 characters, a-z first, then a-z or 0-9 (from --host-interface-prefix)")]
    [InlineData("hook-backend", "tc", "hook-backend: 'tc' is none of auto, tcx, clsact (from --hook-backend)")]
    [InlineData("devices", "eth0,", "devices: 'eth0,' is neither auto nor names of interfaces separated by commas (from --devices)")]
    [InlineData("masquerade-ports", "80-90", "masquerade-ports: '80-90' is not a range of ports such as 16384-32767, from 1024 on (from --masquerade-ports)")]
    [InlineData("masquerade-ports", "3000-2000", "masquerade-ports: '3000-2000' is not a range of ports such as 16384-32767, from 1024 on (from --masquerade-ports)")]
    [InlineData("masquerade-ports", "20000", "masquerade-ports: '20000' is not a range of ports such as 16384-32767, from 1024 on (from --masquerade-ports)")]
    [InlineData("masquerade-ports", "20000-20030", "masquerade-ports: '20000-20030' has 31 ports; 32 are the fewest, since a container takes only about half of them (from --masquerade-ports)")]
    [InlineData("masquerade-exclude", "192.0.2.0/24,10.1", "masquerade-exclude: '192.0.2.0/24,10.1' has '10.1', which is not a network such as 192.0.2.0/24 (from --masquerade-exclude)")]
    [InlineData("log-level", "loud", "log-level: 'loud' is none of debug, info, warn, error (from --log-level)")]
    [InlineData("state-dir", "var/lib", "state-dir: 'var/lib' is not an absolute path (from --state-dir)")]
    public void A_wrong_value_is_refused_by_the_name_of_its_option(string option, string value, string message)
    {
        var error = Assert.Throws<ConfigurationException>(() => Load([], "--" + option, value));

        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void Both_families_cannot_be_switched_off()
    {
        var error = Assert.Throws<ConfigurationException>(() => Load([], "--ipv4-range", "none", "--ipv6-range", "none"));

        Assert.Contains("ipv4-range and ipv6-range are both none", error.Message, StringComparison.Ordinal);
        Assert.Null(Load([], "--ipv4-range", "none").IPv4Range);
        Assert.Null(Load([], "--ipv6-range", "none").IPv6Range);
    }

    [Theory]
    [InlineData("sockets: /x", ":1: unknown option 'sockets', did you mean 'socket'?; ciliated --help lists them")]
    [InlineData("colour: red", ":1: unknown option 'colour'; ciliated --help lists them")]
    [InlineData("socket: /x\nsocket: /y", ":2: option 'socket' is given twice")]
    [InlineData("socket: [/x]", ":1: option 'socket' needs one plain value")]
    [InlineData("- socket", ": expected lines of 'option: value'")]
    [InlineData("socket: /x\n---\nsocket: /y", ": holds more than one document; put all options into one")]
    public void A_wrong_file_is_refused_by_file_line_and_key(string text, string message)
    {
        File.WriteAllText(_file, text);

        var error = Assert.Throws<ConfigurationException>(() => Load([], "--config", _file));

        Assert.Equal(_file + message, error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a comment\n")]
    [InlineData("---\n...\n")]
    public void An_empty_file_changes_nothing(string text)
    {
        File.WriteAllText(_file, text);

        Assert.All(Load([], "--config", _file).Values, value => Assert.Equal("default", value.Source));
    }

    [Fact]
    public void Broken_yaml_and_a_missing_file_are_one_line_that_names_the_file()
    {
        File.WriteAllText(_file, "socket: 'unclosed\n");

        var broken = Assert.Throws<ConfigurationException>(() => Load([], "--config", _file));
        var missing = Assert.Throws<ConfigurationException>(() => Load([], "--config", _file + ".absent"));

        Assert.StartsWith($"{_file}:", broken.Message, StringComparison.Ordinal);
        Assert.StartsWith($"cannot read configuration file {_file}.absent: ", missing.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', broken.Message + missing.Message);
    }

    [Fact]
    public void Unknown_flags_variables_and_arguments_are_refused_by_name()
    {
        Assert.Contains("--sockets, did you mean '--socket'?", Refusal([], "--sockets", "/x"), StringComparison.Ordinal);
        Assert.Contains("--yes", Refusal([], "--yes"), StringComparison.Ordinal);
        Assert.Contains("--outputs, did you mean '--output'?", Refusal([], "cleanup", "--outputs=json"), StringComparison.Ordinal);
        Assert.Contains("'xml' is neither table nor json", Refusal([], "config", "--output", "xml"), StringComparison.Ordinal);
        Assert.Contains("'start'", Refusal([], "start"), StringComparison.Ordinal);
        Assert.Contains("--socket needs a value", Refusal([], "--socket"), StringComparison.Ordinal);
        Assert.Contains("CILIATE_STATE_DIRS, did you mean 'CILIATE_STATE_DIR'?", Refusal(new() { ["CILIATE_STATE_DIRS"] = "/x" }), StringComparison.Ordinal);
    }

    [Fact]
    public void Help_names_every_option_with_its_default()
    {
        string help = HelpText.Help();

        Assert.All(AgentOptions.All, option =>
        {
            Assert.Contains(option.Flag + " ", help, StringComparison.Ordinal);
            Assert.Contains($"[default: {option.Default}]", help, StringComparison.Ordinal);
        });
    }

    private static string Refusal(Dictionary<string, string> environment, params string[] arguments) =>
        Assert.Throws<ConfigurationException>(() => Load(environment, arguments)).Message;

    private static AgentConfiguration Load(Dictionary<string, string>? environment = null, params string[] arguments) =>
        ConfigurationLoader.Load(CommandLine.Parse(arguments), environment ?? [], "/nonexistent/config.yaml");

    private static string Source(AgentConfiguration configuration, AgentOption option) =>
        configuration.Values.Single(value => value.Option == option).Source;
}
