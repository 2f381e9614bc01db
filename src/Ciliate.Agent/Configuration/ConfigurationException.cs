namespace Ciliate.Agent.Configuration;

/// <summary>A value or key the agent cannot start with. The message is one line that names the option; the process exits with 2.</summary>
public sealed class ConfigurationException : Exception
{
    public ConfigurationException(string message) : base(message) { }

    public ConfigurationException(string message, Exception inner) : base(message, inner) { }
}
