using System.Net;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.Netlink;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Lifecycle;

public sealed class AddressTests : IDisposable
{
    private static readonly IPNetwork Small = IPNetwork.Parse("10.77.0.0/29");

    private readonly Host _host = new("--ipv4-range", Small.ToString(), "--ipv6-range", "fd77::/120");

    public void Dispose() => _host.Dispose();

    [Fact]
    public void No_address_is_given_twice_and_a_used_up_range_is_said_to_be_so()
    {
        long capacity = _host.Ciliate.Json("status").GetProperty("ipam").GetProperty("ipv4").GetProperty("capacity").GetInt64();
        Assert.InRange(capacity, 4, 6);
        Container[] all = [.. Enumerable.Range(0, (int)capacity).Select(i => _host.Add($"box{i}"))];
        string[] before = [.. _host.Traces()];
        var late = _host.AddNamespace("late");

        string error = _host.Ciliate.Refused("endpoint", "add", "late", "--netns", late.Path, "--label", "app=late");

        Assert.Contains(Small.ToString(), error, StringComparison.Ordinal);
        Assert.Contains("used up", error, StringComparison.Ordinal);
        Assert.Equal(before, _host.Traces());
        Assert.Null(late.Route.FindLink("eth0"));
        Assert.Equal(all.Length, all.Select(container => container.IPv4).Distinct().Count());
        Assert.Equal(all.Length, all.Select(container => container.IPv6).Distinct().Count());
        Assert.All(all, container => Assert.True(Small.Contains(container.IPv4) && !container.IPv4.Equals(_host.Address(Family.IPv4))));

        _host.Ciliate.Do("endpoint", "delete", "box1");
        Assert.Equal(all[1].IPv4, _host.Add("successor").IPv4);
    }

    [Fact]
    public void Addresses_survive_the_agent_and_are_not_given_to_others_afterwards()
    {
        Container[] first = [_host.Add("one"), _host.Add("two")];
        _host.Agent.Kill();
        _host.Agent.Start();
        Container third = _host.Add("three");

        Assert.Equal(3, first.Append(third).Select(container => container.IPv4).Distinct().Count());
        Assert.Equal(3, first.Append(third).Select(container => container.IPv6).Distinct().Count());
        Assert.All(first, container =>
        {
            Container now = Container.From(container.Network, _host.Ciliate.Json("endpoint", "get", container.Name));
            Assert.Equal(container, now);
        });
    }

    [Theory]
    [InlineData(Family.IPv4, "10.77.0.6")]
    [InlineData(Family.IPv6, "fd77::99")]
    public void An_address_that_no_container_has_is_not_looked_for_outside(Family family, string address)
    {
        Link outside = _host.Network.Route.CreateBridge("outside");
        _host.Network.Route.SetUp(outside.Index);
        IPAddress any = family == Family.IPv4 ? IPAddress.Any : IPAddress.IPv6Any;
        _host.Network.Route.AddRoute(RouteSpec.Default(any.AddressFamily) with { LinkIndex = outside.Index });
        Container container = _host.Add("box");

        ProcessResult host = TestProcess.Run(_host.Network, "ip", "route", "get", address);
        ProcessResult ping = TestProcess.Run(container.Network, "ping", "-n", "-c1", "-W2", address);

        Assert.NotEqual(0, host.ExitCode);
        Assert.NotEqual(0, ping.ExitCode);
        Assert.Contains("nreachable", ping.Output, StringComparison.Ordinal);
    }
}
