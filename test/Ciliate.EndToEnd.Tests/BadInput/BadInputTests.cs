using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.BadInput;

/// <summary>One line that names the thing, exit code 1 or 2, and nothing half-done left.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly Host _host = new();
    private readonly TestNamespace _container;
    private readonly string[] _before;

    public BadInputTests()
    {
        _host.Add("present");
        _container = _host.AddNamespace("box");
        _before = [.. _host.Traces()];
    }

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("  ingress: [{fromEndpoint: []}]", "fromEndpoint")]
    [InlineData("  nodeSelector: {}", "nodeSelector")]
    [InlineData("  ingress: [{toPorts: [{ports: [{port: \"99999\"}]}]}]", "99999")]
    [InlineData("  ingress: [{toPorts: [{ports: [{port: \"0\", endPort: 70000}]}]}]", "70000")]
    [InlineData("  ingress: [{toPorts: [{ports: [{port: \"80\", protocol: TPC}]}]}]", "TPC")]
    [InlineData("  ingress: [", "policy.yaml")]
    [InlineData("  ingress: [{toPorts: [{ports: [{port: \"90\", endPort: 80}]}]}]", "endPort")]
    [InlineData("  ingress: [{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [11.0.0.0/8]}]}]", "11.0.0.0/8")]
    [InlineData("  egress: [{toCIDRSet: [{cidr: \"2001:db8::/32\", except: [\"2001::/16\"]}]}]", "2001::/16")]
    [InlineData("  ingress: [{fromCIDR: [10.0.0.0/33]}]", "10.0.0.0/33")]
    public void A_policy_that_is_not_understood_is_refused_whole(string rules, string named)
    {
        string file = _host.Roots.Write("policy.yaml", PolicyText.Ingress("present", "other") + "\n---\n" + PolicyText.For("broken", rules));

        string error = _host.Ciliate.Refused("policy", "apply", "-f", file);

        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.Contains("policy.yaml", error, StringComparison.Ordinal);
        Assert.Equal(0, _host.Ciliate.Json("policy", "list").GetProperty("policies").GetArrayLength());
        AssertNothingChanged();
    }

    [Fact]
    public void A_policy_file_that_is_not_there_is_named() =>
        Assert.Contains("/nowhere/policy.yaml", _host.Ciliate.Refused("policy", "apply", "-f", "/nowhere/policy.yaml"), StringComparison.Ordinal);

    [Theory]
    [InlineData("app=a b")]
    [InlineData("a b=c")]
    [InlineData("=c")]
    [InlineData("")]
    public void A_label_that_is_none_is_refused(string label)
    {
        string error = _host.Ciliate.Refused("endpoint", "add", "box", "--netns", _container.Path, "--label", label);

        Assert.Contains("label", error, StringComparison.Ordinal);
        AssertNothingChanged();
    }

    [Fact]
    public void A_namespace_that_is_gone_is_named()
    {
        string path = _container.Path;
        _container.Dispose();

        Assert.Contains(path, _host.Ciliate.Refused("endpoint", "add", "box", "--netns", path, "--label", "app=box"), StringComparison.Ordinal);
        AssertNothingChanged();
    }

    [Fact]
    public void A_file_that_is_no_namespace_is_named()
    {
        Assert.Contains("/etc/hostname", _host.Ciliate.Refused("endpoint", "add", "box", "--netns", "/etc/hostname", "--label", "app=box"), StringComparison.Ordinal);
        AssertNothingChanged();
    }

    [Fact]
    public void A_process_that_is_gone_is_named()
    {
        using TestProcess ended = _container.Start("true");
        ended.WaitForExit();
        string id = ended.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);

        Assert.Contains(id, _host.Ciliate.Refused("endpoint", "add", "box", "--pid", id, "--label", "app=box"), StringComparison.Ordinal);
        AssertNothingChanged();
    }

    [Fact]
    public void A_second_endpoint_of_one_name_is_refused_and_the_first_stays()
    {
        string error = _host.Ciliate.Refused("endpoint", "add", "present", "--netns", _container.Path, "--label", "app=box");

        Assert.Contains("present", error, StringComparison.Ordinal);
        AssertNothingChanged();
    }

    [Fact]
    public void A_namespace_that_is_connected_already_is_not_connected_twice()
    {
        string path = _host.Ciliate.Json("endpoint", "get", "present").GetProperty("status").GetProperty("external-identifiers").GetProperty("netns").GetString()!;

        _host.Ciliate.Refused("endpoint", "add", "box", "--netns", path, "--label", "app=box");

        AssertNothingChanged();
    }

    [Theory]
    [InlineData("endpoint", "delete", "nobody")]
    [InlineData("endpoint", "get", "nobody")]
    [InlineData("policy", "delete", "nobody")]
    [InlineData("endpoint", "frobnicate", "nobody")]
    [InlineData("observe", "--verdict", "nobody")]
    public void What_does_not_exist_is_named(params string[] arguments)
    {
        Assert.Contains(arguments[^1] == "nobody" && arguments[1] != "frobnicate" ? "nobody" : "frobnicate", _host.Ciliate.Refused(arguments), StringComparison.Ordinal);
        AssertNothingChanged();
    }

    private void AssertNothingChanged()
    {
        Assert.Equal(_before, _host.Traces());
        Assert.Equal("ok", _host.Ciliate.Json("status").GetProperty("ciliate").GetProperty("state").GetString());
    }
}
