using System.Net;
using CsCheck;

namespace Ciliate.Policy.Tests.Resolution;

public sealed class PrefixTests
{
    /// <summary>Few addresses and all lengths, so that prefixes lie in each other.</summary>
    private static readonly Gen<IPNetwork> Prefix = Gen.Select(
        Gen.Bool, Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 32],
        (isIPv6, high, low, length) => Read(isIPv6 ? $"20{high}:{low}::{low}/{length * 4}" : $"1{high}.0.{low}.{low}/{length}"));

    [Theory]
    [InlineData("10.1.2.3/8", "10.0.0.0/8")]
    [InlineData("10.1.2.3", "10.1.2.3/32")]
    [InlineData("255.255.255.255/1", "128.0.0.0/1")]
    [InlineData("1.2.3.4/0", "0.0.0.0/0")]
    [InlineData("2001:db8:ffff::1/33", "2001:db8:8000::/33")]
    [InlineData("2001:DB8:0::1", "2001:db8::1/128")]
    [InlineData("::1/0", "::/0")]
    public void A_prefix_is_read_without_host_bits(string text, string canonical) => Assert.Equal(canonical, Read(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("/8")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/08")]
    [InlineData("10.0.0.0/+8")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("10.0.0.0/255.0.0.0")]
    [InlineData(" 10.0.0.0/8")]
    [InlineData("10.0.0.0 /8")]
    [InlineData("::1 /64")]
    [InlineData("10/8")]
    [InlineData("0x0a.0.0.0")]
    [InlineData("1.2.3.4.5")]
    [InlineData("::/129")]
    [InlineData("[::1]")]
    [InlineData("[::1]:80")]
    [InlineData("::ffff:1.2.3.4")]
    [InlineData("fe80::1%1")]
    [InlineData("host")]
    public void What_is_none_is_not_read(string text) => Assert.False(Prefixes.TryParse(text, out _));

    [Fact]
    public void The_index_finds_what_a_selector_selects() =>
        Gen.Select(Prefix.Array[0, 40], Prefix, Prefix.Array[0, 6]).Sample((known, prefix, inner) =>
        {
            var selector = new CidrSelector(prefix, inner.Where(except => prefix.Covers(except)));
            Identity[] identities = [.. known.Append(prefix).Distinct().Select((of, index) => Identity.OfPrefix(IdentityNumbers.LocalScope + (uint)index, of))];
            Assert.Equal(
                identities.Where(selector.Matches).Select(identity => identity.Number),
                new IdentitySet(identities).Match(selector).ToArray());
        }, iter: 5_000);

    /// <summary>The longest of the named prefixes tells of each address whether a selector selects it: what the address says itself.</summary>
    [Fact]
    public void The_longest_named_prefix_tells_whether_an_address_is_selected() =>
        Gen.Select(Prefix, Prefix.Array[0, 6], Prefix.Array[0, 6], Prefix).Sample((prefix, inner, others, within) =>
        {
            var address = within.BaseAddress;
            var selector = new CidrSelector(prefix, inner.Where(except => prefix.Covers(except)));
            bool wanted = prefix.Contains(address) && !selector.Except.Any(except => except.Contains(address));
            IPNetwork[] longest = [.. selector.Prefixes.Concat(others).Where(named => named.Contains(address)).OrderBy(named => named.PrefixLength)];
            bool selected = longest.Length > 0 && selector.Matches(Identity.OfPrefix(IdentityNumbers.LocalScope, longest[^1]));
            Assert.Equal(wanted, selected);
        }, iter: 5_000);

    [Fact]
    public void A_set_of_policies_names_its_prefixes_once_each()
    {
        var set = PolicySet.Empty.Replace(Policies.Read("""
            spec:
              endpointSelector: {}
              egress:
              - toCIDR: ["2001:db8::1/32", 10.1.0.0/16, 10.2.3.4]
              - toEntities: [world-ipv4, world]
              egressDeny:
              - toCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.2.0/16, 10.3.0.0/16]}]
            """));
        Assert.Equal(
            ["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.2.3.4/32", "10.3.0.0/16", "2001:db8::/32"],
            set.NamedPrefixes().Select(prefix => prefix.ToString()));
    }

    [Fact]
    public void A_prefix_is_part_of_the_world_and_nothing_else()
    {
        var outside = Identity.OfPrefix(IdentityNumbers.LocalScope, Read("10.0.0.0/8"));
        string[] selecting = [.. Enum.GetValues<Entity>().Where(entity => new EntitySelector(entity).Matches(outside)).Select(entity => $"{entity}")];
        Assert.Equal(["World", "All"], selecting);
        Assert.False(LabelSelector.Everything.Matches(outside));
    }

    [Fact]
    public void An_identity_can_be_several_entities()
    {
        var host = Policies.Identity(ReservedIdentities.Host, "reserved:host,reserved:kube-apiserver");
        string[] selecting = [.. Enum.GetValues<Entity>().Where(entity => new EntitySelector(entity).Matches(host)).Select(entity => $"{entity}")];
        Assert.Equal(["Host", "KubeApiServer", "All", "Cluster"], selecting);
    }

    private static IPNetwork Read(string text) => Prefixes.TryParse(text, out var prefix) ? prefix : throw new FormatException(text);
}
