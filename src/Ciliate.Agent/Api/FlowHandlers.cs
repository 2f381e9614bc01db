using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ciliate.Agent.Flows;
using Ciliate.Api;
using Microsoft.AspNetCore.Http;

namespace Ciliate.Agent.Api;

/// <summary>/v1/flows: one JSON object a line, first the past ones, then, if asked, those to come.</summary>
internal sealed class FlowHandlers(AgentServices agent)
{
    private const string NewlineDelimitedJson = "application/x-ndjson";
    private static readonly byte[] s_newline = [(byte)'\n'];

    public async Task GetAsync(HttpContext context)
    {
        FlowRequest request = FlowRequest.Parse(context.Request.Query);
        context.Response.ContentType = NewlineDelimitedJson;
        if (request.Follow)
        {
            await FollowAsync(context, request).ConfigureAwait(false);
            return;
        }

        foreach (FlowRecord flow in agent.Flows.Last(request.Last, request.Filter))
            await WriteAsync(context, FlowResources.Of(flow), ApiJson.Default.Flow).ConfigureAwait(false);
    }

    private async Task FollowAsync(HttpContext context, FlowRequest request)
    {
        ulong lostBefore = agent.Datapath.LostEvents;
        (IReadOnlyList<FlowRecord> last, FlowFollower follower) = agent.Flows.Follow(request.Last, request.Filter);
        using (follower)
        {
            foreach (FlowRecord flow in last)
                await WriteAsync(context, FlowResources.Of(flow), ApiJson.Default.Flow).ConfigureAwait(false);
            // The headers too: who follows a quiet agent must see that it listens.
            await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            while (await follower.Flows.WaitToReadAsync(context.RequestAborted).ConfigureAwait(false))
            {
                ulong lost = agent.Datapath.LostEvents;
                await TellLostAsync(context, LostFlowCount.KernelRing, lost - lostBefore).ConfigureAwait(false);
                await TellLostAsync(context, LostFlowCount.Reader, (ulong)follower.TakeLost()).ConfigureAwait(false);
                lostBefore = lost;
                while (follower.Flows.TryRead(out FlowRecord? flow))
                    await WriteAsync(context, FlowResources.Of(flow), ApiJson.Default.Flow).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            }
        }
    }

    private static Task TellLostAsync(HttpContext context, string source, ulong count) => count == 0
        ? Task.CompletedTask
        : WriteAsync(context, new LostFlows(new LostFlowCount(source, count)), ApiJson.Default.LostFlows);

    private static async Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        await JsonSerializer.SerializeAsync(context.Response.Body, value, type, context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.WriteAsync(s_newline, context.RequestAborted).ConfigureAwait(false);
    }
}
