namespace Ciliate.Api.Client;

/// <summary>The other side does not speak HTTP/1.1 as we understand it, or stopped in the middle.</summary>
internal sealed class HttpFramingException(string message) : Exception(message)
{
    public static HttpFramingException Closed() => new("the connection was closed in the middle of the answer");
}
