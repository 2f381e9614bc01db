using Ciliate.Agent.Metrics;
using Microsoft.AspNetCore.Http;

namespace Ciliate.Agent.Api;

/// <summary>/metrics</summary>
internal sealed class MetricsHandlers(AgentServices agent)
{
    private readonly MetricsReport _report = new(agent);

    public async Task GetAsync(HttpContext context)
    {
        byte[] text = await _report.ReadAsync(context.RequestAborted).ConfigureAwait(false);
        context.Response.ContentType = MetricsReport.ContentType;
        await context.Response.Body.WriteAsync(text, context.RequestAborted).ConfigureAwait(false);
    }
}
