using Ciliate.EndToEnd.Tests.Frames;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.Linux;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Outside;

/// <summary>Unless it is asked for they do not leave: the host would hear no more of that remote.</summary>
public sealed class OtherProtocolsTests(World world) : OtherProtocols(world), IClassFixture<World>
{
    [Theory]
    [MemberData(nameof(All))]
    public void They_do_not_leave_and_the_host_keeps_its_own(Family family, byte protocol)
    {
        using var outside = new FrameListener(World.Router.Network);
        using var inside = new FrameListener(World.Web.Network);
        using KernelSocket host = RawSocket(family, protocol);
        byte[] question = Content(protocol, back: false), answer = Content(protocol, back: true);
        int before = Told();

        SendFromContainer(family, protocol, question);
        Eventually.Holds(() => Told() > before, $"protocol {protocol} is told as a drop");
        AnswerFromRouter(family, protocol, answer);

        Eventually.Holds(() => Receives(host, answer), $"the host gets what a remote sends by protocol {protocol}");
        Assert.False(outside.Saw(question));
        Assert.False(inside.Saw(answer));
    }

    /// <summary>One of the host's, to which all packets of the protocol come (raw(7)).</summary>
    private KernelSocket RawSocket(Family family, byte protocol)
    {
        const int afInet = 2, afInet6 = 10, sockRaw = 3;
        return World.Host.Network.Run(() => KernelSocket.Open(family == Family.IPv4 ? afInet : afInet6, sockRaw, protocol, "raw socket"));
    }

    private static bool Receives(KernelSocket host, byte[] content)
    {
        const int doNotWait = 0x40;
        byte[] buffer = new byte[2048];
        int length = host.Receive(buffer, doNotWait);
        return length > 0 && buffer.AsSpan(0, length).EndsWith(content);
    }

    private int Told() => World.Host.Ciliate.Observe("--verdict", "dropped", "--from", "web").Count(flow => flow.Reason == "translation unsupported");
}
