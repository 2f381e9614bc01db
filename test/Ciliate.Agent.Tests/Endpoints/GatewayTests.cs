using System.Net.Sockets;
using Ciliate.Agent.Configuration;
using Ciliate.Agent.Endpoints;
using Ciliate.Linux;
using Ciliate.Netlink;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Agent.Tests.Endpoints;

public sealed class GatewayTests : IDisposable
{
    private readonly TestNamespace _namespace = new("host");

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void Without_IPv6_in_the_namespace_it_says_what_to_do_and_leaves_nothing()
    {
        foreach (string which in new[] { "all", "default" })
            Sysctl.Write(_namespace.Namespace, $"net/ipv6/conf/{which}/disable_ipv6", "1");
        using var host = new HostNetwork(_namespace.Namespace, Configuration("one"));

        var error = Assert.Throws<AgentException>(() => _namespace.Run(host.EnsureGateway));

        Assert.Equal(
            "cil_host: IPv6 is disabled in the agent's network namespace; enable it there (sysctl net.ipv6.conf.all.disable_ipv6=0) "
            + "or run the agent with --ipv6-range none",
            error.Message);
        Assert.Equal(["lo"], _namespace.Route.ListLinks().Select(link => link.Name));
        Assert.Empty(Unreachable());
    }

    [Fact]
    public void The_routes_that_close_ranges_are_those_of_the_agent_alone()
    {
        using var one = new HostNetwork(_namespace.Namespace, Configuration("one"));
        using var other = new HostNetwork(
            _namespace.Namespace, Configuration("other", "--host-interface-prefix", "oth", "--ipv4-range", "10.9.0.0/24", "--ipv6-range", "fd09::/64"));
        string[] ofOne = ["10.101.0.0/24", "fd00:101::/64"], ofOther = ["10.9.0.0/24", "fd09::/64"];
        _namespace.Run(one.EnsureGateway);
        Assert.Empty(other.ClosingRoutes(other.Look()));

        _namespace.Run(other.EnsureGateway);

        Assert.Equal(ofOne.Concat(ofOther).Order(), Unreachable().Order());
        Assert.Equal(ofOne, Names(one.ClosingRoutes(one.Look())));
        Assert.Equal(ofOther, Names(other.ClosingRoutes(other.Look())));
    }

    private static AgentConfiguration Configuration(string state, params string[] more) => ConfigurationLoader.Load(
        CommandLine.Parse(["--state-dir", $"/nonexistent/{state}", .. more]), new Dictionary<string, string>(), "/nonexistent");

    private string[] Unreachable() => Names(new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 }
        .SelectMany(family => _namespace.Route.ListRoutes(family)).Where(route => route.Type == RouteType.Unreachable));

    private static string[] Names(IEnumerable<Route> routes) => [.. routes.Select(route => route.Destination.ToString())];
}
