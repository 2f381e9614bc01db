using System.Globalization;
using System.Net;
using Ciliate.Agent.Addresses;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Flows;
using Ciliate.Agent.Identities;
using Ciliate.Agent.State;
using Ciliate.Api;
using Ciliate.Policy;

namespace Ciliate.Agent.Policies;

/// <summary>One side of a packet, as the datapath would see it.</summary>
/// <param name="Endpoint">Null when it is no endpoint here.</param>
/// <param name="Address">Null when it was not given by one.</param>
/// <param name="IsOneOfSeveral">The endpoint stands for others that are meant as well.</param>
public sealed record PacketSide(Identity Identity, Endpoint? Endpoint = null, IPAddress? Address = null, bool IsOneOfSeveral = false);

/// <summary>Understands how people name one side of a packet. Used from the control loop only.</summary>
public sealed class PeerFinder(Table<ushort, Endpoint> endpoints, IdentityAllocator identities, AddressBook book, HostNetwork host)
{
    private const string IdentityPrefix = "identity:";

    /// <exception cref="AgentException">It names nothing here, or more than one identity.</exception>
    public PacketSide Find(string text)
    {
        if (ReservedIdentities.All.FirstOrDefault(identity => ReservedIdentities.NameOf(identity.Number) == text) is { } reserved)
            return new PacketSide(reserved);
        if (text.StartsWith(IdentityPrefix, StringComparison.Ordinal))
            return new PacketSide(OfNumber(text[IdentityPrefix.Length..]));
        if (Prefixes.TryParse(text, out IPNetwork prefix))
            return text.Contains('/', StringComparison.Ordinal) ? throw Unclear(text) : OfAddress(prefix.BaseAddress);
        if (text.Contains('=', StringComparison.Ordinal))
            return OfLabels(text);
        return EndpointReference.TryParse(text, out EndpointReference reference) ? OfEndpoint(reference) : throw Unclear(text);
    }

    /// <summary>Whoever has the address now.</summary>
    public PacketSide OfAddress(IPAddress address) =>
        endpoints.Rows.FirstOrDefault(endpoint => endpoint.Addresses.Contains(address)) is { } endpoint
            ? Of(endpoint) with { Address = address }
            : new PacketSide(Known(host.Keeps(address) ? ReservedIdentities.Host : book.IdentityOf(address)), null, address);

    /// <summary>Whoever has the address now of one side of a flow that was told. What the host said in a container's name it said as the host.</summary>
    /// <param name="side">With its address.</param>
    public PacketSide OfFlow(FlowPeer side) => (side.Identity, side.EndpointId) == (ReservedIdentities.Host, 0)
        ? new PacketSide(Known(ReservedIdentities.Host), null, side.Address)
        : OfAddress(side.Address!);

    /// <summary>The endpoint that a side of a flow was told to be, whatever its address says; unknown when it is gone.</summary>
    public PacketSide OfEndpoint(FlowPeer side) =>
        endpoints.Find(side.EndpointId) is { } endpoint && endpoint.Name == side.EndpointName
            ? Of(endpoint) with { Address = side.Address }
            : Unknown(side.Address!);

    /// <summary>Somebody, who is not known to have the address.</summary>
    public static PacketSide Unknown(IPAddress address) => new(new Identity(0, LabelSet.Empty), null, address);

    /// <exception cref="AgentException">There is no such identity.</exception>
    private Identity OfNumber(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) && Lookup(number) is { } identity
            ? identity
            : throw AgentException.NotFound($"there is no identity '{text}'; ciliate identity list shows those that are");

    private PacketSide OfEndpoint(EndpointReference reference) =>
        endpoints.Rows.FirstOrDefault(row => reference.Id is { } id ? row.Id == id : row.Name == reference.Name) is { } endpoint
            ? Of(endpoint)
            : throw AgentException.NotFound($"there is no endpoint {reference}; ciliate endpoint list shows those that are");

    /// <summary>Endpoints with one identity are alike for policies; those with several are not one answer.</summary>
    private PacketSide OfLabels(string text)
    {
        string[] wanted = text.Split(',', StringSplitOptions.TrimEntries);
        Endpoint[] found = [.. endpoints.Rows.Where(endpoint => wanted.All(label => endpoint.Labels.Any(own => Says(own.ToString(), label))))];
        return found.DistinctBy(endpoint => endpoint.Identity).Count() switch
        {
            0 => throw AgentException.NotFound($"no endpoint has the labels '{text}'; ciliate endpoint list shows them"),
            1 => Of(found[0]) with { IsOneOfSeveral = found.Length > 1 },
            _ => throw AgentException.Invalid(
                $"endpoints of several identities have the labels '{text}': {string.Join(", ", found.Select(endpoint => endpoint.Name))}; name one"),
        };
    }

    private static bool Says(string label, string wanted) =>
        label == wanted || label.AsSpan(label.IndexOf(':', StringComparison.Ordinal) + 1).SequenceEqual(wanted);

    private PacketSide Of(Endpoint endpoint) => new(Known(endpoint.Identity), endpoint);

    private Identity Known(uint number) => Lookup(number) ?? new Identity(number, LabelSet.Empty);

    private Identity? Lookup(uint number) =>
        ReservedIdentities.All.FirstOrDefault(identity => identity.Number == number)
        ?? (identities.Identities.Find(number) is { } row ? Describe(row) : null);

    private Identity Describe(IdentityRow row) => row.Prefix is { } prefix
        ? Identity.OfPrefix(row.Id, prefix)
        : new Identity(row.Id, row.Labels)
        {
            NamedPorts = [.. endpoints.Rows.Where(endpoint => endpoint.Identity == row.Id).SelectMany(endpoint => endpoint.NamedPorts).Distinct()],
        };

    private static AgentException Unclear(string text) => AgentException.Invalid(
        $"'{text}' names no side of a packet: give an endpoint, a label key=value, an IP address, identity:N, host or world");
}
