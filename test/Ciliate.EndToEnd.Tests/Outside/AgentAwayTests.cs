using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Outside;

/// <summary>The agent is not in the way of what is masqueraded.</summary>
public sealed class AgentAwayTests(World world) : IClassFixture<World>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(Family.IPv4, true)]
    [InlineData(Family.IPv6, false)]
    public void Masqueraded_connections_outlive_the_agent_and_new_ones_are_made_without_it(Family family, bool kill)
    {
        using var connection = new Conversation(world.Web.Network, world.Router.Address(family), World.Port, Transport.Tcp);
        Assert.True(connection.IsAnswered(Patience));

        if (kill)
            world.Host.Agent.Kill();
        else
            world.Host.Agent.Stop();
        Assert.True(connection.IsAnswered(Patience));
        using var another = new Conversation(world.Web.Network, world.Router.Address(family), World.Port, Transport.Udp);
        Assert.True(another.IsAnswered(Patience));

        world.Host.Agent.Start();
        Assert.True(connection.IsAnswered(Patience));
        Assert.True(another.IsAnswered(Patience));
    }
}
