using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;

namespace Ciliate.EndToEnd.Tests.Policies;

/// <summary>A server and two clients on one host, for tests that change nothing but policies.</summary>
public sealed class PolicyHost : IDisposable
{
    private readonly List<EchoServer> _servers = [];

    public PolicyHost()
        : this([])
    {
    }

    /// <param name="options">Flags of the agent.</param>
    internal PolicyHost(params IReadOnlyList<string> options)
    {
        Host = new Host(options);
        Server = Host.Add("server", "app=server", "tier=back");
        Client = Host.Add("client", "app=client", "tier=front");
        Other = Host.Add("other", "app=other", "tier=front");
        _servers.AddRange(new[] { Server, Client }.Select(place => new EchoServer(place.Network, 80, 81, 8000, 8050, 8100, 8101)));
    }

    public Host Host { get; }

    public Container Server { get; }

    public Container Client { get; }

    public Container Other { get; }

    public void Dispose()
    {
        _servers.ForEach(server => server.Dispose());
        Host.Dispose();
    }
}
