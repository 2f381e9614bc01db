using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Outside;

/// <summary>Two agents in one network namespace, each with containers and masquerade ports of its own: at the uplink each has a program, and what is not for
/// the first must come to the second, as to anybody's program there.</summary>
public sealed class SideBySideTests
{
    private static readonly string[] _ofSecond =
        ["--host-interface-prefix", "zil", "--ipv4-range", "10.102.0.0/24", "--ipv6-range", "fd00:102::/64", "--masquerade-ports", "24576-32767"];

    [Theory]
    [InlineData("auto", "auto")]
    [InlineData("auto", "clsact")]
    [InlineData("clsact", "clsact")]
    public void The_containers_of_both_go_outside_as_long_as_their_own_agents_programs_are_there(string hooksOfFirst, string hooksOfSecond)
    {
        using var world = new First(hooksOfFirst);
        using (Host second = world.Host.Beside([.. _ofSecond, "--hook-backend", hooksOfSecond]))
        {
            Container other = second.Add("other");
            Eventually.Holds(() => second.Ciliate.Do("status").Contains(World.UplinkName, StringComparison.Ordinal), "the second agent has an uplink", TimeSpan.FromSeconds(20));
            AllGetOutside(world, other);

            second.Agent.Stop();
            second.Agent.Start();
            world.Host.Agent.Kill();
            AllGetOutside(world, other);
            world.Host.Agent.Start();
            AllGetOutside(world, other);
            second.Agent.Stop();
            second.Ciliate.Do("cleanup", "--yes", "--state-dir", second.Roots.State, "--bpf-root", second.Roots.Pins);
        }

        AllGetOutside(world);
    }

    /// <summary>The first agent's container, the host itself, and these.</summary>
    private static void AllGetOutside(World world, params Container[] others)
    {
        foreach (IPlace place in others.Prepend<IPlace>(world.Host).Prepend(world.Web))
        {
            foreach (Family family in Enum.GetValues<Family>())
            {
                // The host's echo may happen on the identifier of a container's, and loses its answers then.
                if (place is Container)
                    Expectations.Pings(place, world.Router.Address(family));
                foreach (Transport transport in Enum.GetValues<Transport>())
                {
                    using var conversation = new Conversation(place.Network, world.Server.Address(family), World.Port, transport);
                    Assert.True(conversation.IsAnswered(TimeSpan.FromSeconds(10)), $"{place.Name} by {transport} over {family}");
                }
            }
        }
    }

    private sealed class First(string hooks) : World("--masquerade-ports", "16384-24575", "--hook-backend", hooks);
}
