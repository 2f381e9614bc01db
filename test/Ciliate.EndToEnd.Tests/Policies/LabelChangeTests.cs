using System.Text.Json;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Xunit;
using static Ciliate.EndToEnd.Tests.Probes.Expectations;

namespace Ciliate.EndToEnd.Tests.Policies;

/// <summary>Labels that change while containers talk.</summary>
public sealed class LabelChangeTests : IDisposable
{
    private const int EchoPort = 80, RecordPort = 9000;

    private readonly PolicyHost _fixture = new();
    private readonly RecordServer _records;

    public LabelChangeTests()
    {
        _records = new RecordServer(_fixture.Server.Network, RecordPort);
        _fixture.Host.Apply(PolicyText.Ingress("server", "client"));
    }

    public void Dispose()
    {
        _records.Dispose();
        _fixture.Dispose();
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Who_gets_the_label_may_and_who_loses_it_may_no_more_in_the_midst_of_a_connection(Family family)
    {
        (Host host, Container server, Container client, Container other) = (_fixture.Host, _fixture.Server, _fixture.Client, _fixture.Other);
        using var running = new RecordReader(client.Network, server.Address(family), RecordPort);
        using var talk = new Conversation(client.Network, server.Address(family), EchoPort, Transport.Udp);
        running.GoesOn();
        Assert.True(talk.IsAnswered(TimeSpan.FromSeconds(10)));
        host.Drops(other, server, EchoPort, family, Transport.Tcp, IngressDenied);

        host.Ciliate.Do("endpoint", "labels", "client", "--add", "role=reader");
        running.GoesOn();
        Assert.True(talk.IsAnswered(TimeSpan.FromSeconds(10)));

        host.Ciliate.Do("endpoint", "labels", "other", "--add", "app=client", "--delete", "app");
        host.Passes(other, server, EchoPort, family, Transport.Tcp);

        host.Ciliate.Do("endpoint", "labels", "client", "--delete", "app=client");
        Assert.False(talk.IsAnswered(TimeSpan.FromSeconds(1)));
        host.Drops(client, server, EchoPort, family, Transport.Tcp, IngressDenied);
    }

    [Fact]
    public void The_new_labels_and_their_identity_outlive_a_restart()
    {
        JsonElement before = _fixture.Host.Ciliate.Json("endpoint", "get", "other").GetProperty("status").GetProperty("identity");
        _fixture.Host.Ciliate.Do("endpoint", "labels", "other", "--add", "app=client", "--delete", "app");
        JsonElement changed = _fixture.Host.Ciliate.Json("endpoint", "get", "other").GetProperty("status").GetProperty("identity");
        Assert.NotEqual(before.GetProperty("id").GetInt64(), changed.GetProperty("id").GetInt64());

        _fixture.Host.Agent.Kill();
        _fixture.Host.Agent.Start();

        Assert.Equal(changed.ToString(), _fixture.Host.Ciliate.Json("endpoint", "get", "other").GetProperty("status").GetProperty("identity").ToString());
        _fixture.Host.Passes(_fixture.Other, _fixture.Server, EchoPort, Family.IPv4, Transport.Tcp);
    }
}
