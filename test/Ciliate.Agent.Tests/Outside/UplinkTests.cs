using System.Net;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Hosting;
using Ciliate.Agent.Outside;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Datapath;
using Ciliate.Linux;
using Ciliate.Netlink;
using Ciliate.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ciliate.Agent.Tests.Outside;

public sealed class UplinkTests
{
    [Fact]
    public void The_interface_of_the_default_route_is_the_uplink_with_its_address()
    {
        using var agent = new TestAgent();
        AddUplink(agent.Host, "lan0", "198.51.100", "2001:db8:51:");
        Masquerade masquerade = agent.Services.Masquerade;

        masquerade.Begin();

        Assert.Equal(("lan0", "198.51.100.2", "2001:db8:51::2"), Only(masquerade));
        Assert.Null(masquerade.WhyNot(ipv4: true));
        Assert.Contains("uplinks lan0", agent.Datapath.Calls);
    }

    [Fact]
    public void An_address_and_a_route_are_followed_and_nothing_is_written_twice()
    {
        using var agent = new TestAgent();
        Link lan = AddUplink(agent.Host, "lan0", "198.51.100", "2001:db8:51:");
        Masquerade masquerade = agent.Services.Masquerade;
        masquerade.Begin();
        masquerade.Refresh(agent.Services.Host.Look());
        Assert.Single(agent.Datapath.Calls, call => call.StartsWith("uplinks", StringComparison.Ordinal));

        agent.Host.Route.DeleteAddress(lan.Index, IPAddress.Parse("198.51.100.2"), 24);
        agent.Host.Route.AddAddress(lan.Index, IPAddress.Parse("198.51.100.9"), 24);
        RouteTo(agent.Host, lan, "198.51.100.1");
        masquerade.Refresh(agent.Services.Host.Look());
        Assert.Equal("198.51.100.9", Only(masquerade).IPv4);

        agent.Host.Route.DeleteRoute(RouteSpec.Default(System.Net.Sockets.AddressFamily.InterNetworkV6) with { LinkIndex = lan.Index });
        masquerade.Refresh(agent.Services.Host.Look());
        Assert.Equal(("lan0", "198.51.100.9", null), Only(masquerade));
        Assert.Equal("no interface with an IPv6 default route has an IPv6 address", masquerade.WhyNot(ipv4: false));
    }

    [Theory, InlineData("0", "0", false), InlineData("0", "1", true), InlineData("1", "0", true), InlineData("1", "2", false)]
    public void Sources_are_held_to_what_the_host_asks_of_them(string all, string own, bool strict)
    {
        using var agent = new TestAgent();
        AddUplink(agent.Host, "lan0", "198.51.100", "2001:db8:51:");
        Sysctl.Write(agent.Host.Namespace, "net/ipv4/conf/all/rp_filter", all);
        Sysctl.Write(agent.Host.Namespace, "net/ipv4/conf/lan0/rp_filter", own);

        agent.Services.Masquerade.Begin();

        Assert.Equal(strict, Assert.Single(agent.Services.Masquerade.Uplinks).IsStrict);
    }

    [Fact]
    public void Devices_that_are_named_need_no_default_route()
    {
        using var agent = new TestAgent("--devices", "wan*", "--masquerade-ipv6", "false", "--masquerade-exclude", "203.0.113.0/24");
        AddUplink(agent.Host, "lan0", "198.51.100", "2001:db8:51:");
        Link wan = agent.Host.Route.CreateBridge("wan7");
        agent.Host.Route.SetUp(wan.Index);
        Masquerade masquerade = agent.Services.Masquerade;
        masquerade.Begin();
        Assert.Equal("no interface that is up and matches wan* has an IPv4 address", masquerade.WhyNot(ipv4: true));
        Assert.Empty(masquerade.MissingDevices);

        agent.Host.Route.AddAddress(wan.Index, IPAddress.Parse("192.0.2.7"), 24);
        masquerade.Refresh(agent.Services.Host.Look());

        Assert.Equal(("wan7", "192.0.2.7", null), Only(masquerade));
        Assert.Equal("switched off", masquerade.WhyNot(ipv4: false));
        Assert.Contains("exclusions 203.0.113.0/24", agent.Datapath.Calls);
    }

    [Theory]
    [InlineData("auto", "the default route leads by tun9, which has no Ethernet headers and cannot be an uplink; name uplinks in devices, or switch masquerade off")]
    [InlineData("tun*", "devices names tun9, which has no Ethernet headers and cannot be an uplink; take it out")]
    public void An_interface_without_ethernet_headers_is_no_uplink_and_that_is_told_until_it_is_gone(string devices, string problem)
    {
        using var agent = new TestAgent("--devices", devices);
        AddTunnel(agent.Host, "tun9");
        Masquerade masquerade = agent.Services.Masquerade;

        masquerade.Begin();

        Assert.Empty(masquerade.Uplinks);
        Assert.Equal((problem, problem, problem), (masquerade.Problem, masquerade.WhyNot(ipv4: true), masquerade.WhyNot(ipv4: false)));
        agent.Host.Route.DeleteLink("tun9");
        masquerade.Refresh(agent.Services.Host.Look());
        Assert.Null(masquerade.Problem);
    }

    [Fact]
    public void An_interface_without_ethernet_headers_that_is_not_named_does_not_matter()
    {
        using var agent = new TestAgent("--devices", "lan0");
        AddUplink(agent.Host, "lan0", "198.51.100", "2001:db8:51:");
        AddTunnel(agent.Host, "tun9");

        agent.Services.Masquerade.Begin();

        Assert.Equal("lan0", Only(agent.Services.Masquerade).Name);
        Assert.Null(agent.Services.Masquerade.Problem);
    }

    [Fact]
    public void Devices_that_are_named_and_not_there_are_told_until_they_come()
    {
        using var agent = new TestAgent("--devices", "lan0,wan*,typo0");
        AddUplink(agent.Host, "lan0", "198.51.100", "2001:db8:51:");
        Masquerade masquerade = agent.Services.Masquerade;
        masquerade.Begin();
        Assert.Equal(["wan*", "typo0"], masquerade.MissingDevices);

        agent.Host.Route.CreateBridge("wan7");
        masquerade.Refresh(agent.Services.Host.Look());

        Assert.Equal(["typo0"], masquerade.MissingDevices);
        Assert.Equal("lan0", Only(masquerade).Name);
    }

    [Fact]
    public void A_program_that_was_taken_away_from_an_uplink_is_a_problem_until_it_is_attached_again()
    {
        using var agent = new TestAgent();
        AddUplink(agent.Host, "lan0", "198.51.100", "2001:db8:51:");
        Masquerade masquerade = agent.Services.Masquerade;
        masquerade.Begin();
        agent.Datapath.LostUplinks.Add(Assert.Single(masquerade.Uplinks));
        agent.Datapath.Fail = call => throw new DatapathException(call);

        Assert.Throws<DatapathException>(() => masquerade.Refresh(agent.Services.Host.Look()));
        Assert.Equal("somebody has taken the program away from lan0; it is attached again", masquerade.Problem);

        agent.Datapath.Fail = null;
        masquerade.Refresh(agent.Services.Host.Look());
        Assert.Null(masquerade.Problem);
        Assert.Equal(2, agent.Datapath.Calls.Count(call => call == "uplinks lan0"));
    }

    [Fact]
    public async Task A_running_agent_hears_of_changes()
    {
        using var agent = new TestAgent();
        await using RunningAgent running = await RunningAgent.StartAsync(
            agent.Configuration, agent.Host.Namespace, agent.Datapath, TimeProvider.System, NullLoggerProvider.Instance, TestContext.Current.CancellationToken);

        AddUplink(agent.Host, "lan0", "198.51.100", "2001:db8:51:");

        // Sooner than housekeeping comes round: it is told.
        Eventually.Holds(() => agent.Datapath.Calls.ToArray().Contains("uplinks lan0"), "the uplink is heard of", TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("32768", "60999", "16384-32767", null)]
    [InlineData("16384", "60999", "16384-32767", "masquerade-ports 16384-32767 overlap net.ipv4.ip_local_port_range 16384-60999, the host's own; set masquerade-ports to 8192-16383")]
    [InlineData("1024", "20000", "16384-32767", "masquerade-ports 16384-32767 overlap net.ipv4.ip_local_port_range 1024-20000, the host's own; set masquerade-ports to 20001-65535")]
    [InlineData("1024", "65535", "61000-61031", "masquerade-ports 61000-61031 overlap net.ipv4.ip_local_port_range 1024-65535, the host's own; make that range smaller")]
    public void Ports_of_the_hosts_own_connections_are_refused(string first, string last, string ports, string? refusal)
    {
        using var agent = new TestAgent("--masquerade-ports", ports);
        Sysctl.Write(agent.Host.Namespace, "net/ipv4/ip_local_port_range", $"{first} {last}");

        Exception? error = Record.Exception(() => HostPorts.RefuseOverlap(agent.Host.Namespace, agent.Configuration.Masquerade));

        Assert.Equal(refusal, error?.Message);
    }

    [Theory]
    [InlineData("16384-32767", "auto", true, "198.51.100.2")]
    [InlineData("32700-33000", "auto", true, "198.51.100.2")]
    [InlineData("1024-16384", "lan*", false, "2001:db8:51::2")]
    [InlineData("24576-40000", "wan0", true, null)]
    [InlineData("32768-40000", "auto", true, null)]
    public void Ports_that_another_agent_takes_of_the_same_address_are_refused(string ports, string devices, bool ipv4, string? shared)
    {
        using var first = new TestAgent();
        AddUplink(first.Host, "lan0", "198.51.100", "2001:db8:51:");
        Link wan = first.Host.Route.CreateBridge("wan0");
        first.Host.Route.AddAddress(wan.Index, IPAddress.Parse("192.0.2.7"), 24);
        first.Host.Route.SetUp(wan.Index);
        first.Services.Masquerade.Begin();
        using var second = new TestAgent(
            "--masquerade-ports", ports, "--devices", devices, "--masquerade", ipv4 ? "true" : "false", "--host-interface-prefix", "zil",
            "--ipv4-range", "10.102.0.0/24", "--ipv6-range", "fd00:102::/64");
        using var host = new HostNetwork(first.Host.Namespace, second.Configuration);

        Exception? error = Record.Exception(() => MasqueradeClaim.RefuseOverlap(host, second.Configuration.Masquerade));

        Assert.Equal(
            shared is null ? null : $"masquerade-ports {ports} overlap 16384-32767 of the agent with state-dir {first.Configuration.StateDirectory} at interface cil_net, "
                + $"which masquerades by {shared} too; give each agent ports of its own",
            error?.Message);
    }

    [Fact]
    public void What_is_taken_of_uplinks_is_no_hindrance_to_the_agent_itself_and_ends_with_them()
    {
        using var agent = new TestAgent();
        Link lan = AddUplink(agent.Host, "lan0", "198.51.100", "2001:db8:51:");
        agent.Services.Masquerade.Begin();
        Assert.Equal("ciliate-masquerade 16384-32767 198.51.100.2 2001:db8:51::2", agent.Host.Route.GetLink("cil_net").Alias);

        MasqueradeClaim.RefuseOverlap(agent.Services.Host, agent.Configuration.Masquerade);
        agent.RestartWith("--host-interface-prefix", "zil");
        MasqueradeClaim.RefuseOverlap(agent.Services.Host, agent.Configuration.Masquerade);
        agent.Services.Masquerade.Begin();
        agent.Host.Route.DeleteLink(lan.Name);
        agent.Services.Masquerade.Refresh(agent.Services.Host.Look());

        Assert.Equal("", agent.Host.Route.GetLink("zil_net").Alias);
    }

    private static (string Name, string? IPv4, string? IPv6) Only(Masquerade masquerade)
    {
        Datapath.Uplink uplink = Assert.Single(masquerade.Uplinks);
        return (uplink.Name, uplink.IPv4?.ToString(), uplink.IPv6?.ToString());
    }

    private static void AddTunnel(TestNamespace host, string name)
    {
        Ip("tuntap", "add", "dev", name, "mode", "tun");
        Ip("address", "add", "10.9.0.2/24", "dev", name);
        Ip("link", "set", name, "up");
        Ip("route", "add", "default", "dev", name, "metric", "1");

        void Ip(params string[] arguments) => Assert.Equal(0, TestProcess.Run(host, "ip", arguments).ExitCode);
    }

    private static Link AddUplink(TestNamespace host, string name, string ipv4, string ipv6)
    {
        Link link = host.Route.CreateBridge(name);
        host.Route.AddAddress(link.Index, IPAddress.Parse($"{ipv4}.2"), 24);
        host.Route.AddAddress(link.Index, IPAddress.Parse($"{ipv6}:2"), 64);
        host.Route.SetUp(link.Index);
        RouteTo(host, link, $"{ipv4}.1");
        RouteTo(host, link, $"{ipv6}:1");
        return link;
    }

    private static void RouteTo(TestNamespace host, Link link, string gateway)
    {
        IPAddress address = IPAddress.Parse(gateway);
        host.Route.AddRoute(RouteSpec.Default(address.AddressFamily) with { Gateway = address, LinkIndex = link.Index }, replace: true);
    }
}
