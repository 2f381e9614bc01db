namespace Ciliate.Policy;

/// <summary>A policy that cannot be used. The message is one line that names the place and says what is wrong:
/// <c>file.yaml:12: spec.ingress[0].toPorts[0].ports[0].port: "70000" is not a port (1-65535)</c>.</summary>
public sealed class PolicyException : Exception
{
    public PolicyException(string message) : base(message) { }

    public PolicyException(string message, Exception inner) : base(message, inner) { }
}
