using Ciliate.EndToEnd.Tests.Frames;
using Ciliate.EndToEnd.Tests.OneHost;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Outside;

/// <summary>Where it is asked for they leave, and come back, with all but the address as it was.</summary>
public sealed class AllProtocolsTests(AllProtocolsTests.Asked world) : OtherProtocols(world), IClassFixture<AllProtocolsTests.Asked>
{
    [Theory]
    [MemberData(nameof(All))]
    public void They_go_outside_and_back_with_their_ports_and_sums(Family family, byte protocol)
    {
        using var outside = new FrameListener(World.Router.Network);
        using var inside = new FrameListener(World.Web.Network);
        byte[] question = Content(protocol, back: false), answer = Content(protocol, back: true);

        SendFromContainer(family, protocol, question);
        Assert.Equal(World.Uplink(family), Frame.SourceOf(outside.Await(question)));

        AnswerFromRouter(family, protocol, answer);
        Assert.Equal(World.Router.Address(family), Frame.SourceOf(inside.Await(answer)));
    }

    public sealed class Asked : World
    {
        public Asked()
            : base("--masquerade-all-protocols", "true")
        {
        }
    }
}
