using System.Net.Sockets;
using Ciliate.Api;
using Ciliate.Linux;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
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
        WebApplication application = Build(agent, logs);
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

    private static WebApplication Build(AgentServices agent, ILoggerProvider logs)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => Configure(options, agent.Configuration.Socket));
        builder.Services.AddRoutingCore();
        builder.Logging.AddProvider(logs).SetMinimumLevel(LogLevel.Trace);
        WebApplication application = builder.Build();
        ILogger logger = logs.CreateLogger("Ciliate.Api");
        application.Use(next => context => Requests.AnswerAsync(context, next, logger));
        application.UseRouting();
        Map(application, agent);
        return application;
    }

    private static void Configure(KestrelServerOptions options, string socket)
    {
        options.ListenUnixSocket(socket);
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = LargestRequest;
        options.Limits.MaxConcurrentConnections = MostConnections;
    }

    private static void Map(WebApplication application, AgentServices agent)
    {
        application.MapGet(ApiRoutes.Health, new StatusHandlers(agent).GetAsync);
        application.MapGet(ApiRoutes.Configuration, new ConfigurationHandlers(agent).GetAsync);
        application.MapGet(ApiRoutes.Identities, new IdentityHandlers(agent).ListAsync);

        var endpoints = new EndpointHandlers(agent);
        application.MapGet(ApiRoutes.Endpoints, endpoints.ListAsync);
        application.MapGet(ApiRoutes.Endpoint, endpoints.GetAsync);
        application.MapPut(ApiRoutes.Endpoint, endpoints.PutAsync);
        application.MapDelete(ApiRoutes.Endpoint, endpoints.DeleteAsync);
        application.MapPatch(ApiRoutes.EndpointLabels, endpoints.PatchLabelsAsync);

        var policies = new PolicyHandlers(agent);
        application.MapGet(ApiRoutes.Policies, policies.ListAsync);
        application.MapPut(ApiRoutes.Policies, policies.PutAsync);
        application.MapGet(ApiRoutes.Policy, policies.GetAsync);
        application.MapDelete(ApiRoutes.Policy, policies.DeleteAsync);

        application.MapGet(ApiRoutes.Explain, new ExplainHandlers(agent).GetAsync);
        application.MapGet(ApiRoutes.Flows, new FlowHandlers(agent).GetAsync);

        var maps = new MapHandlers(agent);
        application.MapGet(ApiRoutes.PolicyMap, maps.PolicyAsync);
        application.MapGet(ApiRoutes.FlowMap, maps.FlowsAsync);
        application.MapGet(ApiRoutes.IpcacheMap, maps.IpcacheAsync);
        application.MapGet(ApiRoutes.NatMap, maps.NatAsync);
        application.MapGet(ApiRoutes.EndpointMap, maps.EndpointsAsync);
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
