using Ciliate.Agent.Endpoints;
using Ciliate.Api;
using Ciliate.Datapath;
using Microsoft.AspNetCore.Http;
using Endpoint = Ciliate.Agent.Endpoints.Endpoint;

namespace Ciliate.Agent.Api;

/// <summary>/v1/hook and /v1/endpoint/{reference}/hook</summary>
internal sealed class HookHandlers(AgentServices agent, EndpointHandlers endpoints)
{
    public async Task ListAllAsync(HttpContext context)
    {
        IReadOnlyList<EndpointHookResource> list = await agent.Loop.RunAsync<IReadOnlyList<EndpointHookResource>>(
            () => [.. agent.Endpoints.Endpoints.Rows.SelectMany(Resources)], context.RequestAborted).ConfigureAwait(false);
        await Requests.WriteAsync(context, list, ApiJson.Default.IReadOnlyListEndpointHookResource).ConfigureAwait(false);
    }

    public async Task ListAsync(HttpContext context)
    {
        EndpointReference reference = EndpointHandlers.Reference(context);
        IReadOnlyList<EndpointHookResource> list = await agent.Loop.RunAsync<IReadOnlyList<EndpointHookResource>>(
            () => [.. Resources(endpoints.Find(reference))], context.RequestAborted).ConfigureAwait(false);
        await Requests.WriteAsync(context, list, ApiJson.Default.IReadOnlyListEndpointHookResource).ConfigureAwait(false);
    }

    public async Task PutAsync(HttpContext context)
    {
        (EndpointReference reference, TrafficDirection at) = (EndpointHandlers.Reference(context), Place(context));
        EndpointHookRequest body = await RequestBody.ReadAsync(context, ApiJson.Default.EndpointHookRequest).ConfigureAwait(false);
        if (body.Elf.Length > EndpointHookRequest.LargestObject)
            throw AgentException.Invalid($"{body.File} has {body.Elf.Length} bytes; an object of a user's program may have {EndpointHookRequest.LargestObject}");
        var request = new HookRequest(body.Elf, body.File, body.Program);
        EndpointHookResource made = await agent.Loop.RunAsync(() => Put(endpoints.Find(reference), at, request, body.Replace), context.RequestAborted)
            .ConfigureAwait(false);
        await Requests.WriteAsync(
            context, made, ApiJson.Default.EndpointHookResource, body.Replace ? StatusCodes.Status200OK : StatusCodes.Status201Created).ConfigureAwait(false);
    }

    public async Task DeleteAsync(HttpContext context)
    {
        (EndpointReference reference, TrafficDirection at) = (EndpointHandlers.Reference(context), Place(context));
        await agent.Loop.RunAsync(() => agent.Hooks.Remove(endpoints.Find(reference), at), context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private EndpointHookResource Put(Endpoint endpoint, TrafficDirection at, HookRequest request, bool replace)
    {
        if (replace)
            agent.Hooks.Replace(endpoint, at, request);
        else
            agent.Hooks.Add(endpoint, at, request);
        return Resources(agent.Endpoints.Endpoints.Find(endpoint.Id)!).Single(hook => hook.At == EndpointHook.Text(at));
    }

    private IEnumerable<EndpointHookResource> Resources(Endpoint endpoint)
    {
        if (endpoint.Hooks.Count == 0)
            return [];
        ILookup<TrafficDirection, UserMapResource> maps = agent.Datapath.ReadUserMaps(endpoint.Wiring)
            .ToLookup(row => row.Direction, row => new UserMapResource(row.Name, row.Type, row.KernelId, row.Path));
        return endpoint.Hooks.Select(hook => new EndpointHookResource(
            endpoint.Id, endpoint.Name, EndpointHook.Text(hook.At), hook.Program.Program, hook.Program.File, hook.Program.Digest, hook.Added, [.. maps[hook.At]]));
    }

    private static TrafficDirection Place(HttpContext context)
    {
        string text = Requests.Segment(context, "at");
        return EndpointHook.Parse(text) ?? throw AgentException.Invalid($"'{text}' is no place for a program; it is {HookPlaces.Egress} or {HookPlaces.Ingress}");
    }
}
