using System.Net;
using System.Net.Sockets;
using Ciliate.Agent.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Api;

/// <summary>The metrics over TCP, for a Prometheus that does not read Unix sockets. Nothing else of the API is there: who reaches the port can change
/// nothing.</summary>
public sealed class MetricsServer : IAsyncDisposable
{
    private const int MostConnections = 32;

    private readonly WebApplication _application;

    private MetricsServer(WebApplication application) => _application = application;

    /// <summary>Serves from when it returns on.</summary>
    /// <exception cref="AgentException">The address cannot be listened on.</exception>
    public static async Task<MetricsServer> StartAsync(
        AgentServices agent, IPEndPoint address, ILoggerProvider logs, CancellationToken cancellationToken)
    {
        var server = new MetricsServer(ApiApplication.BuildMetrics(
            agent, logs, host => host.UseKestrelCore().ConfigureKestrel(options => Configure(options, address))));
        try
        {
            await server._application.StartAsync(cancellationToken).ConfigureAwait(false);
            return server;
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            await server.DisposeAsync().ConfigureAwait(false);
            string reason = (error.GetBaseException() as SocketException)?.Message ?? error.Message;
            throw new AgentException(
                AgentError.Failed, $"{AgentOptions.MetricsAddress.Name} {address}: {reason}; choose another or none", error);
        }
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static void Configure(KestrelServerOptions options, IPEndPoint address)
    {
        options.Listen(address);
        options.AddServerHeader = false;
        options.Limits.MaxConcurrentConnections = MostConnections;
        options.Limits.MaxRequestBodySize = 0;
    }
}
