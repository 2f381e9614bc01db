using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.EndToEnd.Tests.Probes;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Lifecycle;

/// <summary>Agents with roots of their own know nothing of each other, even with the same addresses and names.</summary>
public sealed class TwoAgentsTests
{
    [Fact]
    public void Two_agents_run_side_by_side_and_the_end_of_one_is_nothing_to_the_other()
    {
        using var left = new Host();
        (Container Server, Container Client) onLeft = (left.Add("server"), left.Add("client"));
        using var leftEcho = new EchoServer(onLeft.Server.Network, 80);
        using (var right = new Host())
        {
            (Container Server, Container Client) onRight = (right.Add("server"), right.Add("client"));
            using var rightEcho = new EchoServer(onRight.Server.Network, 80);
            Assert.Equal(onLeft.Server.IPv4, onRight.Server.IPv4);

            right.Apply(PolicyText.For("server", "  ingress: [{}]"));

            left.Passes(onLeft.Client, onLeft.Server, 80, Family.IPv4, Transport.Tcp);
            right.Drops(onRight.Client, onRight.Server, 80, Family.IPv4, Transport.Tcp, Expectations.IngressDenied);
            Assert.DoesNotContain(left.Ciliate.Observe(), flow => flow.Reason == Expectations.IngressDenied);
            right.Agent.Kill();
        }

        left.Passes(onLeft.Client, onLeft.Server, 80, Family.IPv6, Transport.Udp);
        Assert.Equal(2, left.Ciliate.Json("endpoint", "list").GetArrayLength());
    }
}
