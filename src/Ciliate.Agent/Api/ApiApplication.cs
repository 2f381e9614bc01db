using System.Globalization;
using Ciliate.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Api;

/// <summary>What answers requests, whatever server brings them.</summary>
internal static class ApiApplication
{
    public static WebApplication Build(AgentServices agent, ILoggerProvider logs, Action<IWebHostBuilder> useServer) =>
        Build(agent, logs, useServer, Map);

    /// <summary>What everybody may see who reaches it.</summary>
    public static WebApplication BuildMetrics(AgentServices agent, ILoggerProvider logs, Action<IWebHostBuilder> useServer) =>
        Build(agent, logs, useServer, MapPublic);

    private static WebApplication Build(
        AgentServices agent, ILoggerProvider logs, Action<IWebHostBuilder> useServer, Action<WebApplication, AgentServices> map)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        useServer(builder.WebHost);
        builder.Services.AddRoutingCore();
        builder.Logging.AddProvider(logs).SetMinimumLevel(LogLevel.Trace);
        WebApplication application = builder.Build();
        ILogger logger = logs.CreateLogger("Ciliate.Api");
        application.Use(next => async context =>
        {
            await Requests.AnswerAsync(context, next, logger).ConfigureAwait(false);
            agent.Metrics.Requests.WithLabels(context.Response.StatusCode.ToString(CultureInfo.InvariantCulture)).Inc();
        });
        application.Use(next => ProbeHandlers.Guard(next, agent));
        application.UseRouting();
        map(application, agent);
        return application;
    }

    private static void MapPublic(WebApplication application, AgentServices agent)
    {
        application.MapGet(ApiRoutes.Metrics, new MetricsHandlers(agent).GetAsync);
        var probes = new ProbeHandlers(agent);
        application.MapGet(ApiRoutes.Live, probes.LiveAsync);
        application.MapGet(ApiRoutes.Ready, probes.ReadyAsync);
    }

    private static void Map(WebApplication application, AgentServices agent)
    {
        MapPublic(application, agent);
        application.MapGet(ApiRoutes.Health, new StatusHandlers(agent).GetAsync);
        application.MapGet(ApiRoutes.Configuration, new ConfigurationHandlers(agent).GetAsync);
        application.MapGet(ApiRoutes.Identities, new IdentityHandlers(agent).ListAsync);

        var endpoints = new EndpointHandlers(agent);
        application.MapGet(ApiRoutes.Endpoints, endpoints.ListAsync);
        application.MapGet(ApiRoutes.Endpoint, endpoints.GetAsync);
        application.MapPut(ApiRoutes.Endpoint, endpoints.PutAsync);
        application.MapDelete(ApiRoutes.Endpoint, endpoints.DeleteAsync);
        application.MapPatch(ApiRoutes.EndpointLabels, endpoints.PatchLabelsAsync);

        var hooks = new HookHandlers(agent, endpoints);
        application.MapGet(ApiRoutes.Hooks, hooks.ListAllAsync);
        application.MapGet(ApiRoutes.EndpointHooks, hooks.ListAsync);
        application.MapPut(ApiRoutes.EndpointHook, hooks.PutAsync);
        application.MapDelete(ApiRoutes.EndpointHook, hooks.DeleteAsync);

        var programs = new ProgramHandlers(agent, endpoints);
        application.MapGet(ApiRoutes.EndpointProgram, programs.GetAsync);
        application.MapGet(ApiRoutes.SharedProgram, programs.GetSharedAsync);

        var policies = new PolicyHandlers(agent);
        application.MapGet(ApiRoutes.Policies, policies.ListAsync);
        application.MapPut(ApiRoutes.Policies, policies.PutAsync);
        application.MapGet(ApiRoutes.Policy, policies.GetAsync);
        application.MapDelete(ApiRoutes.Policy, policies.DeleteAsync);
        application.MapPut(ApiRoutes.PoliciesDryRun, policies.TryPutAsync);
        application.MapDelete(ApiRoutes.PolicyDryRun, policies.TryDeleteAsync);

        application.MapGet(ApiRoutes.Explain, new ExplainHandlers(agent).GetAsync);
        application.MapGet(ApiRoutes.Flows, new FlowHandlers(agent).GetAsync);

        var maps = new MapHandlers(agent);
        application.MapGet(ApiRoutes.PolicyMap, maps.PolicyAsync);
        application.MapGet(ApiRoutes.FlowMap, maps.FlowsAsync);
        application.MapGet(ApiRoutes.IpcacheMap, maps.IpcacheAsync);
        application.MapGet(ApiRoutes.NatMap, maps.NatAsync);
        application.MapGet(ApiRoutes.EndpointMap, maps.EndpointsAsync);
    }
}
