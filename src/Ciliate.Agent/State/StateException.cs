namespace Ciliate.Agent.State;

/// <summary>State on disk that cannot be trusted. The agent names it and does not start, rather than losing what it stood for.</summary>
public sealed class StateException : Exception
{
    public StateException(string message) : base(message) { }

    public StateException(string message, Exception inner) : base(message, inner) { }
}
