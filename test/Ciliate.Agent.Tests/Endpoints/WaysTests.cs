using System.Net;
using System.Net.Sockets;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Hosting;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Netlink;
using Ciliate.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ciliate.Agent.Tests.Endpoints;

/// <summary>The host's ways to its containers come back when somebody takes them away.</summary>
public sealed class WaysTests : IDisposable
{
    private static readonly IPAddress s_ipv4 = IPAddress.Parse("10.101.0.2"), s_ipv6 = IPAddress.Parse("fd00:101::2");

    private readonly TestAgent _agent = new();
    private readonly Endpoint _web;
    private readonly string[] _before;

    public WaysTests()
    {
        _web = _agent.Add("web");
        _before = Ways();
    }

    public void Dispose() => _agent.Dispose();

    [Fact]
    public void An_interface_that_was_set_down_is_up_and_is_led_to_as_before()
    {
        _agent.Host.Route.SetDown(_web.HostIfIndex);
        Assert.Empty(Ways());

        Check();

        Assert.Equal(_before, Ways());
        Assert.True(_agent.Host.Route.GetLink(_web.HostIfIndex).IsUp);
    }

    [Fact]
    public void One_that_was_renamed_is_known_by_its_new_name()
    {
        _agent.Host.Route.SetDown(_web.HostIfIndex);
        _agent.Host.Route.SetName(_web.HostIfIndex, "renamed0");
        _agent.Host.Route.SetUp(_web.HostIfIndex);

        Check();

        Assert.Equal(_before, Ways());
        Assert.Equal("renamed0", Assert.Single(_agent.Services.Endpoints.Endpoints.Rows).HostInterface);
    }

    [Theory]
    [InlineData(AddressFamily.InterNetwork)]
    [InlineData(AddressFamily.InterNetworkV6)]
    public void A_single_route_or_neighbour_comes_back(AddressFamily family)
    {
        IPAddress address = family == AddressFamily.InterNetwork ? s_ipv4 : s_ipv6;
        _agent.Host.Route.DeleteNeighbour(_web.HostIfIndex, address);
        Check();
        Assert.Equal(_before, Ways());

        _agent.Host.Route.DeleteRoute(
            new RouteSpec(new IPNetwork(address, address.GetAddressBytes().Length * 8)) { LinkIndex = _web.HostIfIndex });
        Check();
        Assert.Equal(_before, Ways());
    }

    public enum Taken
    {
        Interface,
        Carrier,
        Address,
        ClosingRoute,
    }

    [Theory]
    [InlineData(Taken.Interface)]
    [InlineData(Taken.Carrier)]
    [InlineData(Taken.Address)]
    [InlineData(Taken.ClosingRoute)]
    public void What_is_taken_from_the_gateway_comes_back_and_the_ways_that_begin_there(Taken taken)
    {
        HostNetwork host = _agent.Services.Host;
        string[] gateway = Gateway();
        Link link = _agent.Host.Route.FindLink(host.GatewayInterface)!;
        switch (taken)
        {
            case Taken.Interface:
                _agent.Host.Route.DeleteLink(host.GatewayInterface);
                break;
            case Taken.Carrier:
                _agent.Host.Route.SetDown(link.Index);
                break;
            case Taken.Address:
                _agent.Host.Route.DeleteAddress(link.Index, host.IPv6Gateway!, 128);
                break;
            default:
                host.DeleteClosingRoute(host.ClosingRoutes(host.Look())[0]);
                break;
        }

        Assert.NotEqual(gateway, Gateway());
        Assert.True(Restored());
        Check();

        Assert.Equal(gateway, Gateway());
        Assert.Equal(_before, Ways());
        Assert.False(Restored());

        bool Restored() => host.RestoreGateway(host.Look());

        string[] Gateway() =>
        [
            $"up {_agent.Host.Route.FindLink(host.GatewayInterface)?.IsUp}",
            .. _agent.Host.Route.ListAddresses().Select(row => row.Address.ToString()).Where(address => !address.StartsWith("fe80", StringComparison.Ordinal)).Order(),
            .. host.ClosingRoutes(host.Look()).Select(route => route.Destination.ToString()).Order(),
        ];
    }

    [Fact]
    public void Where_nothing_is_missing_nothing_is_written()
    {
        // By its protocol it is told from one that the agent writes.
        ProcessResult marked = TestProcess.Run(
            _agent.Host, "ip", "route", "replace", $"{s_ipv4}/32", "dev", _web.HostInterface, "src", "10.101.0.1", "proto", "99");
        Assert.Equal(0, marked.ExitCode);

        Check();

        Assert.Equal(99, Assert.Single(
            _agent.Host.Route.ListRoutes(AddressFamily.InterNetwork), route => route.Destination.BaseAddress.Equals(s_ipv4)).Protocol);
    }

    /// <summary>Its clock stands still, and so does housekeeping.</summary>
    [Fact]
    public async Task An_agent_that_starts_or_runs_gives_them_back()
    {
        await _agent.Services.DisposeAsync();
        _agent.Host.Route.SetDown(_web.HostIfIndex);
        await using (await RunningAgent.StartAsync(
            _agent.Configuration, _agent.Host.Namespace, _agent.Datapath, new StoppedClock(), NullLoggerProvider.Instance, TestContext.Current.CancellationToken))
        {
            Eventually.Holds(() => Ways().SequenceEqual(_before), "the ways are there after the start", TimeSpan.FromSeconds(60));
            _agent.Host.Route.SetDown(_web.HostIfIndex);
            _agent.Host.Route.SetUp(_web.HostIfIndex);
            Eventually.Holds(() => Ways().SequenceEqual(_before), "the ways are there again", TimeSpan.FromSeconds(60));
        }

        _agent.Restart();
    }

    private void Check() => _agent.Host.Run(() => _agent.Services.Guard.Check(_agent.Services.Host.Look()));

    /// <summary>Routes and permanent neighbours of the container's addresses.</summary>
    private string[] Ways() => [.. new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 }.SelectMany(family => new[]
    {
        _agent.Host.Route.ListRoutes(family).Where(route => route.LinkIndex == _web.HostIfIndex && IsOurs(route.Destination.BaseAddress))
            .Select(route => $"{route.Destination} from {route.PreferredSource}"),
        _agent.Host.Route.ListNeighbours(family).Where(row => row.LinkIndex == _web.HostIfIndex && row.State == NeighbourState.Permanent)
            .Select(row => $"{row.Address} at {row.Mac}"),
    }).SelectMany(ways => ways)];

    private static bool IsOurs(IPAddress address) => address.Equals(s_ipv4) || address.Equals(s_ipv6);
}
