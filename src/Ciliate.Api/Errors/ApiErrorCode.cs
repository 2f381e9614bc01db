namespace Ciliate.Api;

/// <summary>Why a request failed, as far as a program must tell cases apart.</summary>
public static class ApiErrorCode
{
    /// <summary>The request itself is wrong.</summary>
    public const string Invalid = "invalid";

    public const string NotFound = "not-found";

    /// <summary>What exists stands in the way.</summary>
    public const string Conflict = "conflict";

    /// <summary>A limited supply, such as addresses, is used up.</summary>
    public const string Exhausted = "exhausted";

    /// <summary>The agent is starting or stopping; ask again.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>The kernel or the disk refused.</summary>
    public const string Internal = "internal";

    /// <summary>The HTTP status that goes with a code (RFC 9110, 507 of RFC 4918).</summary>
    public static int StatusOf(string code) => code switch
    {
        Invalid => 400,
        NotFound => 404,
        Conflict => 409,
        Unavailable => 503,
        Exhausted => 507,
        _ => 500,
    };
}
