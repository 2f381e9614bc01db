using System.Net;
using System.Text.Json;
using Ciliate.Testing;

namespace Ciliate.EndToEnd.Tests.OneHost;

public enum Family
{
    IPv4,
    IPv6,
}

/// <summary>Somewhere to talk from or to: a container, or the host itself.</summary>
public interface IPlace
{
    string Name { get; }

    TestNamespace Network { get; }

    IPAddress Address(Family family);
}

/// <summary>A network namespace that the agent has connected.</summary>
public sealed record Container(string Name, TestNamespace Network, int Id, IPAddress IPv4, IPAddress IPv6) : IPlace
{
    public IPAddress Address(Family family) => family == Family.IPv4 ? IPv4 : IPv6;

    public override string ToString() => Name;

    /// <param name="endpoint">As <c>ciliate endpoint get NAME -o json</c> tells it.</param>
    public static Container From(TestNamespace container, JsonElement endpoint)
    {
        JsonElement status = endpoint.GetProperty("status");
        JsonElement addresses = status.GetProperty("networking").GetProperty("addressing")[0];
        return new Container(
            status.GetProperty("external-identifiers").GetProperty("container-name").GetString()!,
            container,
            endpoint.GetProperty("id").GetInt32(),
            IPAddress.Parse(addresses.GetProperty("ipv4").GetString()!),
            IPAddress.Parse(addresses.GetProperty("ipv6").GetString()!));
    }
}
