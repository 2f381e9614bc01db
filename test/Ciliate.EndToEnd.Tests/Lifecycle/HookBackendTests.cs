using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Linux;
using Ciliate.Testing;
using Xunit;
using static Ciliate.EndToEnd.Tests.Probes.Expectations;

namespace Ciliate.EndToEnd.Tests.Lifecycle;

/// <summary>Two containers and their policy, by each kind of hook; also what every kernel of the kernel matrix has to show.</summary>
public sealed class HookBackendTests
{
    private const int Port = 80;

    private static readonly bool KernelHasTcx = Kernel.Version >= new Version(6, 6);

    [Theory]
    [InlineData("auto")]
    [InlineData("clsact")]
    public void Two_containers_talk_as_far_as_their_policy_lets_them_and_the_agent_may_die(string hookBackend)
    {
        using var host = new Host("--hook-backend", hookBackend);
        Container server = host.Add("server"), client = host.Add("client");
        using var echo = new EchoServer(server.Network, Port, Port + 1);
        Assert.Equal(hookBackend == "auto" && KernelHasTcx ? "tcx" : "clsact", host.Ciliate.Json("status").GetProperty("hook-backend").GetString());
        host.Apply(PolicyText.Ingress("server", "client", $"{{port: '{Port}', protocol: ANY}}"));

        AllowedPassesAndDeniedDrops(host, client, server);
        host.Agent.Kill();
        foreach (Family family in Enum.GetValues<Family>())
        {
            using var conversation = new Conversation(client.Network, server.Address(family), Port, Transport.Tcp);
            Assert.True(conversation.IsAnswered(TimeSpan.FromSeconds(10)), $"without its agent {client} gets no answer over {family}");
        }

        host.Agent.Start();
        AllowedPassesAndDeniedDrops(host, client, server);
        host.Ciliate.Do("endpoint", "delete", "client");
        host.Ciliate.Do("endpoint", "delete", "server");
        Assert.DoesNotContain(host.Roots.Files(), path => path.Contains("endpoints/", StringComparison.Ordinal) || path.Contains("clsact", StringComparison.Ordinal));
    }

    /// <summary>Killed right after the answer, most often before tcx has taken over.</summary>
    [Fact]
    public void An_agent_that_died_after_a_creation_settles_its_programs_when_it_is_back()
    {
        using var host = new Host();
        Container server = host.Add("server");
        host.Agent.Kill();
        using var echo = new EchoServer(server.Network, Port);
        host.Agent.Start();
        Container client = host.Add("client");

        Eventually.Holds(() => !KernelHasTcx || !LeadsToClsact(), "tcx has taken over");
        host.Passes(client, server, Port, Family.IPv4, Transport.Tcp);
        host.Ciliate.Do("endpoint", "delete", "client");
        host.Ciliate.Do("endpoint", "delete", "server");
        Assert.False(LeadsToClsact());

        bool LeadsToClsact() => host.Roots.Files().Any(path => path.Contains("clsact@", StringComparison.Ordinal));
    }

    [Fact]
    public void Tcx_is_had_on_demand_or_refused_in_one_line()
    {
        if (KernelHasTcx)
        {
            using var host = new Host("--hook-backend", "tcx");
            Assert.Equal("tcx", host.Ciliate.Json("status").GetProperty("hook-backend").GetString());
            return;
        }

        using var roots = new AgentRoots();
        using var network = new TestNamespace("host");
        using TestProcess agent = new Agent(network, roots, new CiliateCommand(network, roots), ["--hook-backend", "tcx"]).Launch();
        ProcessResult result = agent.WaitForExit();
        Assert.Equal((1, $"ciliated: hook-backend tcx: this kernel ({Kernel.Release}) has no tcx; choose auto or clsact\n"), (result.ExitCode, result.Errors));
        Assert.Empty(roots.Files());
    }

    private static void AllowedPassesAndDeniedDrops(Host host, Container client, Container server)
    {
        foreach (Family family in Enum.GetValues<Family>())
        {
            foreach (Transport transport in Enum.GetValues<Transport>())
            {
                host.Passes(client, server, Port, family, transport);
                host.Drops(client, server, Port + 1, family, transport, IngressDenied);
            }
        }
    }
}
