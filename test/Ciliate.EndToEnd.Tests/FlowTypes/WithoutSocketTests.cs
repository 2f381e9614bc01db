using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Linux;
using Xunit;

namespace Ciliate.EndToEnd.Tests.FlowTypes;

/// <summary>What the host sends to a container for no socket: with SYN cookies (RFC 4987, 3.6) its stack answers a SYN without keeping anything.</summary>
public sealed class WithoutSocketTests(PolicyHost fixture) : IClassFixture<PolicyHost>
{
    private const int Port = 7070;

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_host_that_answers_by_cookies_is_the_host(Family family)
    {
        const string always = "2";
        Sysctl.Write(fixture.Host.Network.Namespace, "net/ipv4/tcp_syncookies", always);
        using var server = new EchoServer(fixture.Host.Network, Port);

        fixture.Host.Passes(fixture.Client, fixture.Host, Port, family, Transport.Tcp);
    }
}
