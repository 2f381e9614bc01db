using System.Net;
using Ciliate.Linux;
using Ciliate.Policy;

namespace Ciliate.Agent.Endpoints;

/// <summary>What is asked for by "endpoint add".</summary>
/// <param name="NamespacePath">Absolute path of the container's network namespace.</param>
/// <param name="Interface">Name of the container's interface.</param>
/// <param name="IPv4">Null: chosen from the range.</param>
/// <param name="IPv6">Null: chosen from the range.</param>
/// <param name="NamedPorts"><c>NAME=PORT/PROTOCOL</c> each; null: none.</param>
public sealed record EndpointRequest(
    string Name, string NamespacePath, IReadOnlyList<string> Labels, string Interface = EndpointRequest.DefaultInterface,
    IPAddress? IPv4 = null, IPAddress? IPv6 = null, IReadOnlyList<string>? NamedPorts = null)
{
    public const string DefaultInterface = "eth0";

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
        if (ReservedIdentities.IsName(Name))
            throw AgentException.Invalid($"endpoint name '{Name}' is kept for the identity reserved:{Name}; choose another name");
        return Name;
    }

    /// <exception cref="AgentException">No interface can have that name.</exception>
    public string CheckedInterface()
    {
        // The kernel's rule is wider (dev_valid_name); what goes beyond this is a mistake or mischief.
        const int longest = 15;
        bool good = Interface.Length is > 0 and <= longest && Interface is not ("lo" or "." or "..")
            && Interface.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
        return good ? Interface : throw AgentException.Invalid($"endpoint '{Name}': '{Interface}' cannot name the container's interface");
    }

    /// <exception cref="AgentException">A label cannot be used.</exception>
    public LabelSet CheckedLabels() => CheckedLabels($"'{Name}'", Labels);

    /// <inheritdoc cref="CheckedLabels()"/>
    /// <param name="endpoint">As errors tell it.</param>
    public static LabelSet CheckedLabels(string endpoint, IEnumerable<string> labels)
    {
        try
        {
            return LabelSet.ParseUserLabels(labels);
        }
        catch (LabelException error)
        {
            throw new AgentException(AgentError.Invalid, $"endpoint {endpoint}: {error.Message}", error);
        }
    }

    /// <summary>Sorted.</summary>
    /// <exception cref="AgentException">A named port cannot be used, or two have one name and protocol.</exception>
    public IReadOnlyList<NamedPort> CheckedNamedPorts()
    {
        NamedPort[] ports;
        try
        {
            ports = (NamedPorts ?? []).Select(NamedPortText.Parse).Distinct()
                .OrderBy(port => port.Name, StringComparer.Ordinal).ThenBy(port => port.Protocol).ToArray();
        }
        catch (FormatException error)
        {
            throw new AgentException(AgentError.Invalid, $"endpoint '{Name}': {error.Message}", error);
        }

        for (int i = 1; i < ports.Length; i++)
        {
            if (ports[i].Name == ports[i - 1].Name && ports[i].Protocol == ports[i - 1].Protocol)
                throw AgentException.Invalid($"endpoint '{Name}': the port name '{ports[i].Name}' is given twice; a name is one port of a protocol");
        }

        return ports;
    }

    /// <exception cref="AgentException">The namespace is gone, is none, or is the agent's own.</exception>
    public NetworkNamespace OpenNamespace(NetworkNamespace own)
    {
        if (!Path.IsPathFullyQualified(NamespacePath))
            throw AgentException.Invalid($"endpoint '{Name}': network namespace '{NamespacePath}' is not an absolute path");
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
