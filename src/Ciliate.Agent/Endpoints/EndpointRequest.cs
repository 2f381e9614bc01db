using System.Net;
using Ciliate.Linux;
using Ciliate.Policy;

namespace Ciliate.Agent.Endpoints;

/// <summary>What is asked for by "endpoint add". Null addresses are chosen from the ranges.</summary>
public sealed record EndpointRequest(
    string Name, string NamespacePath, IReadOnlyList<string> Labels, IPAddress? IPv4 = null, IPAddress? IPv6 = null)
{
    // A DNS label (RFC 1123).
    private const int LongestName = 63;

    /// <exception cref="AgentException">The name cannot be used.</exception>
    public string CheckedName()
    {
        bool good = Name.Length is > 0 and <= LongestName
            && Name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
            && Name[0] != '-' && Name[^1] != '-';
        if (!good)
            throw AgentException.Invalid($"endpoint name '{Name}' is not 1 to {LongestName} of a-z, 0-9 and '-', with no '-' at either end");
        // Commands take a name or an id: which of the two was meant must be plain.
        if (Name.All(char.IsAsciiDigit))
            throw AgentException.Invalid($"endpoint name '{Name}' is a number, which stands for an id; add a letter");
        return Name;
    }

    /// <exception cref="AgentException">A label cannot be used.</exception>
    public LabelSet CheckedLabels()
    {
        try
        {
            return LabelSet.ParseUserLabels(Labels);
        }
        catch (LabelException error)
        {
            throw new AgentException(AgentError.Invalid, $"endpoint '{Name}': {error.Message}", error);
        }
    }

    /// <exception cref="AgentException">The namespace is gone, is none, or is the agent's own.</exception>
    public NetworkNamespace OpenNamespace(NetworkNamespace own)
    {
        NetworkNamespace container;
        try
        {
            container = NetworkNamespace.Open(NamespacePath);
        }
        catch (LinuxException error)
        {
            throw new AgentException(AgentError.Invalid, $"endpoint '{Name}': {error.Message}", error);
        }

        if (!container.IsSameAs(own))
            return container;
        container.Dispose();
        throw AgentException.Invalid($"endpoint '{Name}': {NamespacePath} is the agent's own network namespace");
    }
}
