using System.Net;
using System.Net.Sockets;
using Ciliate.Agent.Ipam;
using CsCheck;
using Xunit;

namespace Ciliate.Agent.Tests.Ipam;

public sealed class AddressPoolTests
{
    [Fact]
    public void Addresses_come_in_order_after_the_gateway()
    {
        AddressPool pool = Pool("10.1.2.0/24");

        Assert.Equal("10.1.2.1", pool.Range.Gateway.ToString());
        Assert.Equal(["10.1.2.2", "10.1.2.3", "10.1.2.4"], Take(pool, 3));
    }

    [Fact]
    public void IPv6_addresses_come_in_order_after_the_gateway()
    {
        AddressPool pool = Pool("fd00:9::/64");

        Assert.Equal("fd00:9::1", pool.Range.Gateway.ToString());
        Assert.Equal(["fd00:9::2", "fd00:9::3"], Take(pool, 2));
    }

    [Fact]
    public void A_released_address_rests_until_the_others_had_their_turn()
    {
        AddressPool pool = Pool("10.1.2.0/29");
        Take(pool, 2);

        pool.Release(IPAddress.Parse("10.1.2.2"));

        Assert.Equal(["10.1.2.4", "10.1.2.5", "10.1.2.6", "10.1.2.2"], Take(pool, 4));
    }

    [Theory]
    [InlineData("10.1.2.0/30", 1)]
    [InlineData("10.1.2.0/29", 5)]
    [InlineData("fd00::/126", 2)]
    public void A_used_up_range_says_so_with_its_size(string range, int size)
    {
        AddressPool pool = Pool(range);
        Take(pool, size);

        var error = Assert.Throws<AgentException>(() => pool.Allocate());

        Assert.Equal(AgentError.Exhausted, error.Kind);
        Assert.Equal($"test-range {range} is used up: all {size} addresses are given; delete an endpoint or set a larger range", error.Message);
    }

    [Theory]
    [InlineData("10.1.2.0")]
    [InlineData("10.1.2.1")]
    [InlineData("10.1.2.255")]
    [InlineData("10.1.3.7")]
    [InlineData("fd00::7")]
    public void Network_gateway_broadcast_and_foreign_addresses_cannot_be_asked_for(string address)
    {
        var error = Assert.Throws<AgentException>(() => Pool("10.1.2.0/24").Reserve(IPAddress.Parse(address)));

        Assert.Equal(AgentError.Invalid, error.Kind);
        Assert.Contains(address, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_asked_for_is_given_once()
    {
        AddressPool pool = Pool("10.1.2.0/24");
        pool.Reserve(IPAddress.Parse("10.1.2.9"));

        var error = Assert.Throws<AgentException>(() => pool.Reserve(IPAddress.Parse("10.1.2.9")));

        Assert.Equal(AgentError.Conflict, error.Kind);
    }

    [Fact]
    public void Whatever_is_taken_and_released_no_address_is_held_twice_and_none_is_outside() =>
        Gen.Select(Gen.Int[24, 30], Gen.Int[0, 99].List[1, 400]).Sample((length, steps) =>
        {
            AddressPool pool = Pool($"10.1.2.0/{length}");
            var held = new List<IPAddress>();
            foreach (int step in steps)
            {
                if (step < 60 && (UInt128)held.Count < pool.Range.Size)
                {
                    IPAddress address = pool.Allocate();
                    Assert.DoesNotContain(address, held);
                    Assert.True(pool.Range.Network.Contains(address) && pool.Range.Contains(address));
                    held.Add(address);
                }
                else if (held.Count > 0)
                {
                    pool.Release(held[step % held.Count]);
                    held.RemoveAt(step % held.Count);
                }
            }

            Assert.Equal(held.Count, pool.Given);
        }, iter: 200);

    private static List<string> Take(AddressPool pool, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => pool.Allocate().ToString())];

    private static AddressPool Pool(string range)
    {
        AddressFamily family = range.Contains(':', StringComparison.Ordinal) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        Assert.True(AddressRange.TryParse(range, family, out AddressRange? parsed, out string problem), problem);
        return new AddressPool("test-range", parsed);
    }
}
