using Ciliate.Bpf;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Outside;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Linux;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Lifecycle;

/// <summary>Somebody on the host takes away what containers are guarded and forwarded by, and the agent gives it back.</summary>
public sealed class TakenAwayTests
{
    private const int Allowed = 7060, Forbidden = 7061;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory, InlineData("auto"), InlineData("clsact")]
    public void Programs_are_back_and_judge_as_before(string hooks)
    {
        using var world = new Guarded(hooks);
        using var outwards = new Conversation(world.Web.Network, world.Router.IPv4, World.Port, Transport.Tcp);
        Assert.True(outwards.IsAnswered(Patience));
        world.JudgesAsItShould();
        using FreshDatagrams ipv4 = world.Forbidden(Family.IPv4), ipv6 = world.Forbidden(Family.IPv6);

        world.TakeProgramsAway();

        foreach (Container container in world.Containers)
            world.Logs($"away from cil{container.Id}; attached again");
        NothingIsAnswered(ipv4, ipv6);
        world.JudgesAsItShould();
        Assert.True(outwards.IsAnswered(Patience));
        world.IsWell();
    }

    [Fact]
    public void What_cannot_be_given_back_is_told_and_nothing_is_forwarded_until_it_can()
    {
        using var world = new Guarded("clsact");
        string link = $"cil{world.Web.Id}";
        // The agent may be faster between the two.
        Eventually.Holds(() => Sh(world, $"tc qdisc del dev {link} clsact; tc qdisc add dev {link} ingress"), "the place of the programs is taken", Patience);

        Eventually.Holds(() => world.State() != "ok", "status tells it", Patience);
        string told = world.Host.Ciliate.Do("status");
        Assert.Contains("endpoint 'web' is not up to date", told, StringComparison.Ordinal);
        Assert.Contains($"at {link} taken away by somebody", told, StringComparison.Ordinal);
        foreach ((IPlace to, int port) in new[] { ((IPlace)world.Db, Allowed), (world.Router, World.Port) })
        {
            using var conversation = new Conversation(world.Web.Network, to.Address(Family.IPv4), port, Transport.Udp);
            Assert.False(conversation.IsAnswered(TimeSpan.FromMilliseconds(300)), $"{to} answers");
        }

        Assert.True(Sh(world, $"tc qdisc del dev {link} ingress"));
        world.IsWell();
        world.JudgesAsItShould();
    }

    [Fact]
    public void Forwarding_that_is_switched_off_for_all_is_on_again()
    {
        using var world = new Guarded("auto");

        foreach (string value in new[] { "1", "0" })
        {
            Sysctl.Write(world.Host.Network.Namespace, "net/ipv4/ip_forward", value);
            Sysctl.Write(world.Host.Network.Namespace, "net/ipv6/conf/all/forwarding", value);
        }

        foreach (Family family in Enum.GetValues<Family>())
            Eventually.Holds(() => GoesOutside(world, family), $"a new flow leaves over {family}", Patience);
        world.Logs("switched on again");
        world.JudgesAsItShould();
        world.IsWell();
    }

    [Fact]
    public void State_files_are_back_and_changes_are_taken()
    {
        using var world = new Guarded("auto");
        string state = world.Host.Roots.State;

        Assert.True(Sh(world, $"rm -r {state}/policies {state}/endpoints/{world.Web.Id}.json {state}/identities.journal"));

        world.Logs("written again from what the agent knows");
        world.IsWell();
        world.Host.Agent.Kill();
        world.Host.Agent.Start();
        world.JudgesAsItShould();
        world.IsWell();
    }

    private static bool GoesOutside(World world, Family family)
    {
        using var conversation = new Conversation(world.Web.Network, world.Router.Address(family), World.Port, Transport.Udp);
        return conversation.IsAnswered(TimeSpan.FromSeconds(1));
    }

    private static bool Sh(World world, string commands) => TestProcess.Run(world.Host.Network, "sh", "-c", commands).ExitCode == 0;

    /// <summary>What was on its way is waited for first.</summary>
    private static void NothingIsAnswered(params FreshDatagrams[] questions)
    {
        Await(questions, 10);
        long[] before = [.. questions.Select(question => question.Answered)];
        Await(questions, 50);
        Assert.Equal(before, questions.Select(question => question.Answered));
    }

    private static void Await(FreshDatagrams[] questions, int more)
    {
        long[] wanted = [.. questions.Select(question => question.Asked + more)];
        Eventually.Holds(() => questions.Zip(wanted).All(pair => pair.First.Asked >= pair.Second), $"{more} more are asked", Patience);
    }

    /// <summary>Web may speak to db on one port, and nobody to web.</summary>
    private sealed class Guarded : World
    {
        private readonly EchoServer _db;

        public Guarded(string hooks)
            : base("--hook-backend", hooks)
        {
            _db = new EchoServer(Db.Network, Allowed, TakenAwayTests.Forbidden);
            Host.Apply(PolicyText.Ingress("db", "web", $"{{port: '{Allowed}', protocol: ANY}}") + "\n---\n" + PolicyText.For("web", "  ingress: [{}]"));
        }

        public Container[] Containers => [Web, Db];

        public FreshDatagrams Forbidden(Family family) => new(Web.Network, Db.Address(family), TakenAwayTests.Forbidden, waits: false);

        public string? State() => Host.Ciliate.Json("status").GetProperty("ciliate").GetProperty("state").GetString();

        public void IsWell() => Eventually.Holds(() => State() == "ok", "all is well again", Patience);

        public void Logs(string text) => Eventually.Holds(() => Host.Agent.Log.Contains(text, StringComparison.Ordinal), $"the log has '{text}'", Patience);

        public void JudgesAsItShould()
        {
            foreach (Family family in Enum.GetValues<Family>())
            {
                foreach (Transport transport in Enum.GetValues<Transport>())
                {
                    Host.Passes(Web, Db, Allowed, family, transport);
                    Host.Drops(Web, Db, TakenAwayTests.Forbidden, family, transport, Expectations.IngressDenied);
                }
            }
        }

        /// <summary>Of all containers and of the uplink: as <c>tc qdisc del</c> does, or whoever detaches links.</summary>
        public void TakeProgramsAway()
        {
            if (Host.Ciliate.Json("status").GetProperty("hook-backend").GetString() == "clsact")
            {
                foreach (string link in Containers.Select(container => $"cil{container.Id}").Append(UplinkName))
                    Host.Network.Route.DeleteClsact(Host.Network.Route.GetLink(link).Index);
                return;
            }

            foreach (string pin in new[] { "endpoints", "uplinks" }.SelectMany(part => Directory.GetFiles(Path.Combine(Host.Roots.Pins, part), "*", SearchOption.AllDirectories)))
            {
                using BpfLink link = BpfLink.OpenPinned(pin);
                link.Detach();
            }
        }

        protected override void Dispose(bool disposing)
        {
            _db.Dispose();
            base.Dispose(disposing);
        }
    }
}
