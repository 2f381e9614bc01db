namespace Ciliate.Agent;

/// <summary>Why a request could not be done, as far as the one who asked needs to tell cases apart.</summary>
public enum AgentError
{
    /// <summary>The request itself is wrong.</summary>
    Invalid,
    NotFound,

    /// <summary>What exists stands in the way.</summary>
    Conflict,

    /// <summary>A limited supply is used up.</summary>
    Exhausted,

    /// <summary>The kernel or the disk refused.</summary>
    Failed,
}

/// <summary>A request that could not be done. The message is one line that names the thing and what to do.</summary>
public sealed class AgentException : Exception
{
    public AgentException(AgentError kind, string message) : base(message) => Kind = kind;

    public AgentException(AgentError kind, string message, Exception inner) : base(message, inner) => Kind = kind;

    public AgentError Kind { get; }

    public static AgentException Invalid(string message) => new(AgentError.Invalid, message);

    public static AgentException NotFound(string message) => new(AgentError.NotFound, message);

    public static AgentException Conflict(string message) => new(AgentError.Conflict, message);

    public static AgentException Exhausted(string message) => new(AgentError.Exhausted, message);
}
