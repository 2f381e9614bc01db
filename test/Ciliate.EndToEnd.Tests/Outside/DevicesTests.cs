using System.Net;
using System.Text.Json;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.Netlink;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Outside;

/// <summary>Uplinks that are named and are not there: no reason not to start, since they may come, but told.</summary>
public sealed class DevicesTests : IDisposable
{
    private readonly Host _host = new("--devices", "wan0,typo0");

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_name_that_no_interface_has_is_told_until_one_has_it()
    {
        Assert.Equal(["wan0", "typo0"], Missing());
        string warning = Assert.Single(_host.Agent.Log.Split('\n'), line => line.Contains("devices", StringComparison.Ordinal));
        Assert.StartsWith("warn", warning, StringComparison.Ordinal);
        Assert.Contains("wan0, typo0", warning, StringComparison.Ordinal);
        Assert.Contains("typo0: there is no such interface", _host.Ciliate.Do("status"), StringComparison.Ordinal);

        Link uplink = _host.Network.Route.CreateBridge("wan0");
        _host.Network.Route.AddAddress(uplink.Index, IPAddress.Parse("198.51.100.2"), 24);
        _host.Network.Route.SetUp(uplink.Index);

        Eventually.Holds(() => Missing().SequenceEqual(["typo0"]), "wan0 is there, typo0 is not", TimeSpan.FromSeconds(20));
        Eventually.Holds(() => Masquerade().GetProperty("ipv4").GetString() == "active", "wan0 is an uplink", TimeSpan.FromSeconds(20));
        Assert.DoesNotContain("wan0: there is no such interface", _host.Ciliate.Do("status"), StringComparison.Ordinal);
    }

    private JsonElement Masquerade() => _host.Ciliate.Json("status").GetProperty("masquerade");

    private string?[] Missing() => [.. Masquerade().GetProperty("missing-devices").EnumerateArray().Select(name => name.GetString())];
}
