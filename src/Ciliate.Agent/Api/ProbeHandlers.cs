using System.Text;
using Ciliate.Agent.Health;
using Ciliate.Api;
using Microsoft.AspNetCore.Http;

namespace Ciliate.Agent.Api;

/// <summary>/livez and /readyz: 200 or 503 and one line of text; with the query "verbose" a line for each thing that is wrong.</summary>
internal sealed class ProbeHandlers(AgentServices agent)
{
    public Task LiveAsync(HttpContext context) => AnswerAsync(context, agent.Readiness.Live);

    public Task ReadyAsync(HttpContext context) => AnswerAsync(context, agent.Readiness.Ready);

    /// <summary>Until the agent is ready, and when it stops, everything else is answered with the reason.</summary>
    public static RequestDelegate Guard(RequestDelegate next, AgentServices agent) => context =>
    {
        if (agent.Readiness.Phase == AgentPhase.Ready || context.Request.Path.Value is ApiRoutes.Live or ApiRoutes.Ready)
            return next(context);
        var error = new ApiError(agent.Readiness.Ready.Sentence, ApiErrorCode.Unavailable);
        return Requests.WriteAsync(context, error, ApiJson.Default.ApiError, ApiErrorCode.StatusOf(error.Code));
    };

    private Task AnswerAsync(HttpContext context, ProbeResult result)
    {
        var text = new StringBuilder(result.Sentence).Append('\n');
        if (context.Request.Query.ContainsKey("verbose"))
        {
            foreach (Problem problem in agent.Health.Problems)
                text.Append("- since ").Append(Readiness.Text(problem.Since)).Append(": ").Append(problem.Message).Append('\n');
        }

        context.Response.StatusCode = result.Good ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text.ToString(), context.RequestAborted);
    }
}
