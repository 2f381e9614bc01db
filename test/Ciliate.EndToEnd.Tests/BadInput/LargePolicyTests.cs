using System.Globalization;
using System.Text;
using System.Text.Json;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.BadInput;

/// <summary>Policies with many rules, and one with more lines than the kernel's table has: taken whole, or refused whole.</summary>
public sealed class LargePolicyTests : IDisposable
{
    private const int Rules = 10_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly Dictionary<string, Func<string>> s_tooLarge = new()
    {
        ["ranges of ports of many addresses"] = RangesOfAddresses,
        ["ports of a prefix and many prefixes in it"] = PortsTimesPrefixes,
    };

    private readonly Host _host = new();
    private readonly Container _server;
    private readonly Container _client;
    private readonly Container _other;
    private readonly EchoServer _echo;

    public LargePolicyTests()
    {
        (_server, _client, _other) = (_host.Add("server"), _host.Add("client"), _host.Add("other"));
        _echo = new EchoServer(_server.Network, 80);
    }

    public static TheoryData<string> TooLargeOnes { get; } = new(s_tooLarge.Keys);

    public void Dispose()
    {
        _echo.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void Ten_thousand_rules_are_in_force_to_the_last()
    {
        var rules = new StringBuilder("  ingress:\n    - fromEndpoints: [{matchLabels: {app: client}}]\n");
        for (int i = 1; i < Rules; i++)
            rules.Append(CultureInfo.InvariantCulture, $"    - {{fromCIDR: [{Remote(i)}/32], toPorts: [{{ports: [{{port: \"{i}\", protocol: TCP}}]}}]}}\n");

        Apply(PolicyText.For("server", rules.ToString()));

        Assert.Equal($"server/ingress[{Rules - 1}]", RuleFor(Remote(Rules - 1), Rules - 1));
        Assert.Equal("default-deny", RuleFor(Remote(Rules - 1), Rules));
        _host.Passes(_client, _server, 80, Family.IPv4, Transport.Tcp);
        _host.Drops(_other, _server, 80, Family.IPv6, Transport.Tcp, Expectations.IngressDenied);
    }

    [Theory]
    [MemberData(nameof(TooLargeOnes))]
    public void A_policy_that_does_not_fit_into_the_table_is_refused_and_the_old_one_stays_whole(string name)
    {
        _host.Apply(PolicyText.Ingress("server", "client"));
        string[] before = [.. _host.Traces()];

        ProcessResult result = TryApply(PolicyText.For("server", s_tooLarge[name]()));

        Assert.Equal(1, result.ExitCode);
        string error = Assert.Single(result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("the policy table is full", error, StringComparison.Ordinal);
        Assert.Contains("policy 'server'", error, StringComparison.Ordinal);
        Assert.Contains("1048576", error, StringComparison.Ordinal);
        Assert.Equal(before, _host.Traces());
        _host.Agent.Stop();
        _host.Agent.Start();
        _host.Passes(_client, _server, 80, Family.IPv4, Transport.Tcp);
        _host.Drops(_other, _server, 80, Family.IPv6, Transport.Tcp, Expectations.IngressDenied);
        _host.Apply(PolicyText.Ingress("server", "other"));
        _host.Passes(_other, _server, 80, Family.IPv6, Transport.Tcp);
    }

    [Fact]
    public void Of_overlapping_prefixes_the_longest_counts()
    {
        _host.Apply(PolicyText.For("server", """
              ingress:
                - fromCIDR: [10.0.0.0/8, 10.0.0.0/9]
                  toPorts: [{ports: [{port: "80", protocol: TCP}]}]
                - fromCIDRSet: [{cidr: 10.1.0.0/16, except: [10.1.2.0/24]}, {cidr: 10.1.2.0/25}]
                  toPorts: [{ports: [{port: "443", protocol: TCP}]}]
            """));

        Assert.Equal("server/ingress[0]", RuleFor("10.1.2.200", 80));
        Assert.Equal("server/ingress[1]", RuleFor("10.1.2.1", 443));
        Assert.Equal("server/ingress[1]", RuleFor("10.1.3.1", 443));
        Assert.Equal("default-deny", RuleFor("10.1.2.200", 443));
    }

    /// <summary>Each address costs a line for each prefix that the ranges are made of, for three protocols.</summary>
    private static string RangesOfAddresses()
    {
        const int ranges = 40, remotes = 560;
        string addresses = string.Join(", ", Enumerable.Range(0, remotes).Select(i => Remote(i) + "/32"));
        string ports = string.Join(", ", Enumerable.Range(0, ranges).Select(i => $"{{port: \"{(1600 * i) + 1}\", endPort: {(1600 * i) + 1598}}}"));
        return $"  ingress:\n    - fromCIDR: [{addresses}]\n      toPorts: [{{ports: [{ports}]}}]";
    }

    /// <summary>Ten thousand rules and 25 million lines: each port is open at each prefix that lies in the wide one.</summary>
    private static string PortsTimesPrefixes() => "  egress:\n" + string.Concat(Enumerable.Range(1, Rules / 2).Select(i =>
        $"    - {{toCIDR: [0.0.0.0/0], toPorts: [{{ports: [{{port: \"{2 * i}\", protocol: TCP}}]}}]}}\n    - {{toCIDR: [{Remote(i)}/32]}}\n"));

    private static string Remote(int number) => $"172.{16 + (number >> 16)}.{(number >> 8) & 255}.{number & 255}";

    private void Apply(string yaml)
    {
        ProcessResult result = TryApply(yaml);
        Assert.True(result.ExitCode == 0, result.Errors);
    }

    private ProcessResult TryApply(string yaml)
    {
        using TestProcess process = _host.Ciliate.Start("policy", "apply", "-f", _host.Roots.Write("large.yaml", yaml));
        return process.WaitForExit(Patience);
    }

    private string? RuleFor(string remote, int port)
    {
        JsonElement answer = _host.Ciliate.Json("policy", "explain", "--from", remote, "--to", "server", "--port", string.Create(CultureInfo.InvariantCulture, $"{port}/tcp"));
        return answer.GetProperty("ingress").GetProperty("rule").GetString();
    }
}
