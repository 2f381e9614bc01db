using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Netlink;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.FlowTypes;

/// <summary>A client that may speak to the server by every kind of flow, and another container that may not, on veths with every offload on.</summary>
public sealed class Talkers : IDisposable
{
    /// <summary>Open to the client by TCP, UDP and SCTP.</summary>
    public const int Port = 7000;

    /// <summary>Open to the client by TCP, and nobody listens until a test does.</summary>
    public const int BulkPort = 7002;

    private static readonly LinkFeature[] Offloads = Enum.GetValues<LinkFeature>();
    private readonly EchoServer[] _servers;

    public Talkers()
    {
        Host = new Host();
        (Server, Plain, Client, Other) = (Host.Add("server"), Host.Add("plain"), Host.Add("client"), Host.Add("other"));
        foreach (Container container in new[] { Server, Plain, Client, Other })
            SwitchOffloadsOn(container);
        Host.Apply(PolicyText.For("server", $$$"""
              ingress:
                - fromEndpoints: [{matchLabels: {app: client}}]
                  toPorts:
                    - ports:
                        - {port: "{{{Port}}}", protocol: TCP}
                        - {port: "{{{Port}}}", protocol: UDP}
                        - {port: "{{{Port}}}", protocol: SCTP}
                        - {port: "{{{BulkPort}}}", protocol: TCP}
                        - {port: "0", protocol: GRE}
                        - {port: "0", protocol: "50"}
                        - {port: "0", protocol: "135"}
                - fromEndpoints: [{matchLabels: {app: client}}]
                  icmps: [{fields: [{type: EchoRequest}, {family: IPv6, type: EchoRequest}]}]
            """) + "\n---\n" + PolicyText.Ingress("plain", "client", "{port: \"0\", protocol: ANY}"));
        _servers = [.. new[] { Server, Plain }.Select(place => new EchoServer(place.Network, Port))];
        (FromClient, FromOther, FromServer) = (new Speaker(Host, Client), new Speaker(Host, Other), new Speaker(Host, Server));
    }

    public Host Host { get; }

    public Container Server { get; }

    /// <summary>Lets the client in by any protocol, as <c>ANY</c> means it.</summary>
    public Container Plain { get; }

    public Container Client { get; }

    public Container Other { get; }

    public Speaker FromClient { get; }

    public Speaker FromOther { get; }

    public Speaker FromServer { get; }

    /// <summary>Reasons why the kernel dropped what this container sent, oldest first, one for each packet.</summary>
    public IReadOnlyList<string?> DropsOf(Container sender) => [.. Host.Ciliate.Observe("--verdict", "dropped", "--from", sender.Name).Select(flow => flow.Reason)];

    /// <summary>Waits until as many packets of the sender as there are reasons were dropped since it had that many drops, and for these reasons.</summary>
    public void DropsFor(Container sender, int since, params IReadOnlyList<string> reasons)
    {
        Eventually.Holds(() => DropsOf(sender).Count >= since + reasons.Count, $"{reasons.Count} drops of {sender} are told");
        Assert.Equal(reasons, DropsOf(sender).Skip(since));
    }

    public void Dispose()
    {
        foreach (Speaker speaker in new[] { FromClient, FromOther, FromServer })
            speaker.Dispose();
        Array.ForEach(_servers, server => server.Dispose());
        Host.Dispose();
    }

    /// <summary>Both ends; the kernel leaves receive offload off when it makes a veth.</summary>
    private void SwitchOffloadsOn(Container container)
    {
        string hostEnd = Host.Ciliate.Json("endpoint", "get", container.Name)
            .GetProperty("status").GetProperty("networking").GetProperty("interface-name").GetString()!;
        foreach ((TestNamespace end, string name) in new[] { (container.Network, "eth0"), (Host.Network, hostEnd) })
        {
            foreach (LinkFeature offload in Offloads)
            {
                end.Route.SetFeature(name, offload, enabled: true);
                Assert.True(end.Route.GetFeature(name, offload), $"{offload} is on at {name} of {container}");
            }
        }
    }
}
