using System.Net.Sockets;
using Ciliate.Linux;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Api;

/// <summary>HTTP/JSON on a Unix socket that root and the group "ciliate" may use.</summary>
public sealed class ApiServer : IAsyncDisposable
{
    // A file of policies holds at most 4 Mi characters; several files come in one request.
    private const long LargestRequest = 16 << 20;
    private const int MostConnections = 256;
    private const string Group = "ciliate";

    // For requests that are under way when the agent ends.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private readonly WebApplication _application;
    private readonly string _socket;

    private ApiServer(WebApplication application, string socket)
    {
        _application = application;
        _socket = socket;
    }

    /// <summary>Serves from when it returns on.</summary>
    /// <exception cref="AgentException">The socket cannot be made.</exception>
    public static async Task<ApiServer> StartAsync(AgentServices agent, ILoggerProvider logs, CancellationToken cancellationToken)
    {
        string socket = agent.Configuration.Socket;
        SocketFile.RequireFree(socket);
        WebApplication application = ApiApplication.Build(
            agent, logs, host => host.UseKestrelCore().ConfigureKestrel(options => Configure(options, socket)));
        var server = new ApiServer(application, socket);
        try
        {
            // The instance's lock is held: a socket that is there is what a killed agent left.
            Directory.CreateDirectory(Path.GetDirectoryName(socket)!);
            SocketFile.Remove(socket);
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
            GiveToGroup(socket);
            return server;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or LinuxException or SocketException)
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw new AgentException(AgentError.Failed, $"cannot listen on {socket}: {error.Message}", error);
        }
    }

    /// <summary>Ends what runs within a few seconds and removes the socket.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(s_patience);
        await _application.StopAsync(limit.Token).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        SocketFile.Remove(_socket);
    }

    private static void Configure(KestrelServerOptions options, string socket)
    {
        options.ListenUnixSocket(socket);
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = LargestRequest;
        options.Limits.MaxConcurrentConnections = MostConnections;
    }

    private static void GiveToGroup(string socket)
    {
        const UnixFileMode ownerAndGroup =
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
        // Root alone may connect until the group is right.
        FileSystem.SetMode(socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        FileSystem.SetGroup(socket, UserDatabase.FindGroup(Group) ?? 0);
        FileSystem.SetMode(socket, ownerAndGroup);
    }
}
