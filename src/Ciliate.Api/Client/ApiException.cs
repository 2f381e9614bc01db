namespace Ciliate.Api;

/// <summary>A request that came to nothing: refused by the agent, or lost on the way. The message is one line for people.</summary>
public sealed class ApiException : Exception
{
    public ApiException(string code, string message) : base(message) => Code = code;

    public ApiException(string code, string message, Exception inner) : base(message, inner) => Code = code;

    /// <summary>One of <see cref="ApiErrorCode"/>; <see cref="ApiErrorCode.Unavailable"/> when there was no answer.</summary>
    public string Code { get; }
}
