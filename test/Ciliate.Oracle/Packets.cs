using System.Net;

namespace Ciliate.Oracle;

/// <summary>One side of a connection. A container has labels; an address outside has an address; all else has the name of an entity.</summary>
public sealed record Party
{
    public IReadOnlyList<PartyLabel> Labels { get; private init; } = [];
    public IReadOnlyList<PartyPort> Ports { get; private init; } = [];

    /// <summary>Of somebody outside.</summary>
    public IPAddress? Outside { get; private init; }

    /// <summary>host, remote-node and the like.</summary>
    public string? Entity { get; private init; }

    public bool IsContainer => Outside is null && Entity is null;

    public static Party Container(IReadOnlyList<PartyLabel> labels, params IReadOnlyList<PartyPort> ports) => new() { Labels = labels, Ports = ports };

    public static Party At(IPAddress address) => new() { Outside = address, Labels = [new("reserved", "world", "")] };

    public static Party Of(string entity) => new() { Entity = entity, Labels = [new("reserved", entity, "")] };

    public override string ToString() =>
        Entity ?? Outside?.ToString() ?? $"{string.Join(',', Labels)}{(Ports.Count > 0 ? " with " + string.Join(',', Ports) : "")}";
}

public sealed record PartyLabel(string Source, string Key, string Value)
{
    public override string ToString() => $"{Source}:{Key}={Value}";
}

/// <summary>A port to which a container gives a name.</summary>
/// <param name="Protocol">IANA number.</param>
public sealed record PartyPort(string Name, int Protocol, int Port)
{
    public override string ToString() => $"{Name}={Port}/{Protocol}";
}

/// <summary>The first packet of a connection.</summary>
/// <param name="Protocol">IANA number.</param>
/// <param name="Port">Destination port, or the type of an ICMP or ICMPv6 message; 0 where the protocol has neither.</param>
public sealed record Packet(Party Source, Party Destination, int Protocol, int Port)
{
    public override string ToString() => $"{Source} -> {Destination}, protocol {Protocol}, port or type {Port}";
}
