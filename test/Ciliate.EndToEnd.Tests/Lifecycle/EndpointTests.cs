using System.Net;
using System.Text.Json;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Lifecycle;

public sealed class EndpointTests : IDisposable
{
    private readonly Host _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Deleting_an_endpoint_leaves_nothing_of_it()
    {
        Container stays = _host.Add("stays");
        _host.Apply(PolicyText.Ingress("goes", "stays"));
        string[] before = [.. _host.Traces()];
        Container goes = _host.Add("goes");
        using var echo = new EchoServer(goes.Network, 80);
        _host.Passes(stays, goes, 80, Family.IPv4, Transport.Tcp);
        Assert.NotEqual(before, _host.Traces());

        _host.Ciliate.Do("endpoint", "delete", "goes");

        Assert.Equal(before, _host.Traces());
        Assert.Null(goes.Network.Route.FindLink("eth0"));
        Assert.Equal(1, _host.Ciliate.Json("status").GetProperty("ipam").GetProperty("ipv4").GetProperty("used").GetInt32());
        Eventually.Holds(
            () => !_host.Ciliate.Do("bpf", "flow", "list", "-o", "json").Contains($"\"{goes.IPv4}\"", StringComparison.Ordinal),
            "its flows are collected",
            TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_namespace_can_be_connected_again_after_its_endpoint_was_deleted()
    {
        Container peer = _host.Add("peer");
        using var echo = new EchoServer(peer.Network, 80);
        Container first = _host.Add("box");
        _host.Ciliate.Do("endpoint", "delete", "box");

        _host.Ciliate.Do("endpoint", "add", "box", "--netns", first.Network.Path, "--label", "app=box");

        Container again = Container.From(first.Network, _host.Ciliate.Json("endpoint", "get", "box"));
        _host.Passes(again, peer, 80, Family.IPv4, Transport.Tcp);
        _host.Passes(again, peer, 80, Family.IPv6, Transport.Tcp);
    }

    [Fact]
    public void A_process_stands_for_its_namespace()
    {
        TestNamespace container = _host.AddNamespace("pid");
        using TestProcess sleeper = container.Start("sleep", "60");

        _host.Ciliate.Do("endpoint", "add", "box", "--pid", sleeper.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), "--label", "app=box");

        Assert.NotNull(container.Route.FindLink("eth0"));
        Expectations.Pings(Container.From(container, _host.Ciliate.Json("endpoint", "get", "box")), _host.Address(Family.IPv4));
    }

    [Fact]
    public void When_a_namespace_goes_its_endpoint_says_so_and_the_others_work_on()
    {
        Container goes = _host.Add("goes"), stays = _host.Add("stays"), peer = _host.Add("peer");
        using var echo = new EchoServer(peer.Network, 80);

        goes.Network.Dispose();

        Eventually.Holds(
            () => _host.Ciliate.Json("endpoint", "get", "goes").GetProperty("status").GetProperty("state").GetString() == "disconnected",
            "the endpoint is disconnected");
        _host.Passes(stays, peer, 80, Family.IPv6, Transport.Tcp);
        _host.Ciliate.Do("endpoint", "delete", "goes");
        Assert.Equal(2, _host.Ciliate.Json("endpoint", "list").GetArrayLength());
    }

    [Fact]
    public void Containers_with_the_same_labels_have_one_identity_and_obey_the_same_policy()
    {
        Container server = _host.Add("server"), one = _host.Add("one", "app=twin"), two = _host.Add("two", "app=twin");
        using var echo = new EchoServer(server.Network, 80);
        _host.Apply(PolicyText.Ingress("server", "twin"));
        Container late = _host.Add("late", "app=twin"), stranger = _host.Add("stranger");

        Assert.Single(new[] { one, two, late }.Select(IdentityOf).Distinct());
        Assert.NotEqual(IdentityOf(one), IdentityOf(stranger));
        Assert.All([one, two, late], twin => _host.Passes(twin, server, 80, Family.IPv4, Transport.Tcp));
        _host.Drops(stranger, server, 80, Family.IPv4, Transport.Tcp, Expectations.IngressDenied);
    }

    [Fact]
    public void A_container_reaches_the_gateway_and_the_host_reaches_it()
    {
        Container container = _host.Add("box");
        using EchoServer inside = new(container.Network, 80), outside = new(_host.Network, 80);

        foreach (Family family in Enum.GetValues<Family>())
        {
            IPAddress gateway = _host.Address(family);
            Expectations.Pings(container, gateway);
            Expectations.Pings(_host, container.Address(family));
            Assert.All(Enum.GetValues<Transport>(), transport =>
            {
                _host.Passes(_host, container, 80, family, transport);
                _host.Passes(container, _host, 80, family, transport);
            });
        }
    }

    private uint IdentityOf(Container container)
    {
        JsonElement identity = _host.Ciliate.Json("endpoint", "get", container.Name).GetProperty("status").GetProperty("identity");
        return identity.GetProperty("id").GetUInt32();
    }
}
