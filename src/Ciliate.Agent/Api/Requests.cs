using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ciliate.Agent.Logging;
using Ciliate.Api;
using Ciliate.Datapath;
using Ciliate.Linux;
using Ciliate.Netlink;
using Ciliate.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Api;

/// <summary>What all handlers share: bodies out, and errors as one line with a code.</summary>
internal static class Requests
{
    /// <summary>Runs a request and answers its error, if any, as <see cref="ApiError"/>.</summary>
    public static async Task AnswerAsync(HttpContext context, RequestDelegate next, ILogger logger)
    {
        try
        {
            await next(context).ConfigureAwait(false);
            if (!context.Response.HasStarted && UnansweredError(context) is { } error)
                await WriteAsync(context, error, ApiJson.Default.ApiError, context.Response.StatusCode).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer.
        }
#pragma warning disable CA1031 // Every error becomes an answer.
        catch (Exception exception) when (!context.Response.HasStarted)
#pragma warning restore CA1031
        {
            ApiError error = Describe(exception);
            if (error.Code == ApiErrorCode.Internal)
                Log(exception, error, context.Request, logger);
            await WriteAsync(context, error, ApiJson.Default.ApiError, ApiErrorCode.StatusOf(error.Code)).ConfigureAwait(false);
        }
    }

    /// <summary>A list of the body, none of whose elements is null: JSON may say null where the type does not.</summary>
    /// <exception cref="AgentException">One is.</exception>
    public static IReadOnlyList<T> WithoutNull<T>(IReadOnlyList<T> list, string what) where T : class =>
        list.All(element => (object?)element is not null) ? list : throw AgentException.Invalid($"{what}: null is among them; leave it out");

    public static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.Body, value, type, context.RequestAborted);
    }

    /// <summary>A path segment; a slash in it travels as %2F, which the server leaves as it is.</summary>
    public static string Segment(HttpContext context, string name) =>
        ((string)context.Request.RouteValues[name]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>A refusal of the kernel or the disk explains itself; only what nobody foresaw needs its stack.</summary>
    private static void Log(Exception exception, ApiError error, HttpRequest request, ILogger logger)
    {
        bool foreseen = exception is AgentException or DatapathException or NetlinkException or LinuxException;
        if (foreseen)
            logger.RequestRefused(request.Method, request.Path, error.Error);
        else
            logger.RequestFailed(exception, request.Method, request.Path);
    }

    private static ApiError? UnansweredError(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => new ApiError($"the API has no {context.Request.Path}", ApiErrorCode.NotFound),
        StatusCodes.Status405MethodNotAllowed =>
            new ApiError($"{context.Request.Path} does not know {context.Request.Method}", ApiErrorCode.Invalid),
        _ => null,
    };

    private static ApiError Describe(Exception exception) => exception switch
    {
        AgentException error => new ApiError(ErrorText.OneLine(error.Message), CodeOf(error.Kind)),
        PolicyException or LabelException => new ApiError(ErrorText.OneLine(exception.Message), ApiErrorCode.Invalid),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
            new ApiError("the request is too large; send fewer files at a time", ApiErrorCode.Invalid),
        BadHttpRequestException => new ApiError(ErrorText.OneLine(exception.Message), ApiErrorCode.Invalid),
        DatapathException or NetlinkException or LinuxException => new ApiError(ErrorText.OneLine(exception.Message), ApiErrorCode.Internal),
        System.Threading.Channels.ChannelClosedException => new ApiError("the agent is stopping", ApiErrorCode.Unavailable),
        _ => new ApiError($"unexpected {exception.GetType().Name}: {ErrorText.OneLine(exception.Message)}", ApiErrorCode.Internal),
    };

    private static string CodeOf(AgentError kind) => kind switch
    {
        AgentError.Invalid => ApiErrorCode.Invalid,
        AgentError.NotFound => ApiErrorCode.NotFound,
        AgentError.Conflict => ApiErrorCode.Conflict,
        AgentError.Exhausted => ApiErrorCode.Exhausted,
        _ => ApiErrorCode.Internal,
    };
}
