using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using Ciliate.Agent.State;
using Ciliate.Datapath;
using Ciliate.Policy;
using TrafficDirection = Ciliate.Datapath.TrafficDirection;

namespace Ciliate.Agent.Endpoints;

public enum EndpointState
{
    /// <summary>Attached, under policy.</summary>
    Ready,

    /// <summary>Its interface or namespace is gone. It keeps its addresses until it is deleted.</summary>
    Disconnected,
}

/// <summary>A container's attachment, as everyone may read it.</summary>
public sealed record Endpoint
{
    /// <summary>1 to <see cref="LastId"/>.</summary>
    public required ushort Id { get; init; }

    public required string Name { get; init; }

    public required LabelSet Labels { get; init; }

    public required uint Identity { get; init; }

    /// <summary>The names that it gives to its ports.</summary>
    public IReadOnlyList<NamedPort> NamedPorts { get; init; } = [];

    /// <summary>As it was given; the file may be gone by now.</summary>
    public required string NamespacePath { get; init; }

    /// <summary>Name of the interface inside the container.</summary>
    public required string ContainerInterface { get; init; }

    public required string HostInterface { get; init; }

    public required int HostIfIndex { get; init; }

    public required PhysicalAddress HostMac { get; init; }

    public required PhysicalAddress ContainerMac { get; init; }

    public required IPAddress? IPv4 { get; init; }

    public required IPAddress? IPv6 { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Programs of the user's, at most one a direction.</summary>
    public IReadOnlyList<EndpointHook> Hooks { get; init; } = [];

    public EndpointState State { get; init; }

    /// <summary>The policy generation that the kernel runs; 0 when disconnected.</summary>
    public uint Generation { get; init; }

    /// <summary>Why the endpoint is not as it should be: the kernel has refused its programs or policy, and those from before go on, or programs that
    /// somebody took away cannot be attached again. It is tried again. Null when all is well.</summary>
    public string? Problem { get; init; }

    public const ushort LastId = 4095;

    public IEnumerable<IPAddress> Addresses => new[] { IPv4, IPv6 }.OfType<IPAddress>();

    /// <summary>What policies see of it.</summary>
    public Identity Described => new(Identity, Labels) { NamedPorts = NamedPorts };

    /// <summary>Its addresses as ipcache keys.</summary>
    public IEnumerable<IPNetwork> Prefixes =>
        Addresses.Select(address => new IPNetwork(address, address.GetAddressBytes().Length * 8));

    public EndpointWiring Wiring => new(Id, HostInterface, HostIfIndex, HostMac, ContainerMac, IPv4, IPv6)
    {
        Users = Hooks.Count > 0 ? new UserHooks(HookAt(TrafficDirection.Egress)?.Program, HookAt(TrafficDirection.Ingress)?.Program) : UserHooks.None,
    };

    public EndpointHook? HookAt(TrafficDirection at) => Hooks.FirstOrDefault(hook => hook.At == at);

    /// <summary>With the name that its interface has now; the same record when it is gone.</summary>
    public Endpoint Seen(HostNetwork host) =>
        host.FindOwnLink(HostIfIndex) is { } link ? this with { HostInterface = link.Name } : this;

    public StoredEndpoint ToStored() => new()
    {
        Id = Id,
        Name = Name,
        Labels = [.. Labels.Select(label => label.ToString())],
        Identity = Identity,
        NamedPorts = NamedPorts.Count == 0 ? null : [.. NamedPorts.Select(NamedPortText.Write)],
        NamespacePath = NamespacePath,
        ContainerInterface = ContainerInterface,
        HostInterface = HostInterface,
        HostIfIndex = HostIfIndex,
        HostMac = Text(HostMac),
        ContainerMac = Text(ContainerMac),
        IPv4 = IPv4?.ToString(),
        IPv6 = IPv6?.ToString(),
        Created = Created,
        Hooks = Hooks.Count == 0 ? null : [.. Hooks.Select(hook => hook.ToStored())],
    };

    /// <param name="readObject">Gives the object of a user's program by its digest.</param>
    /// <exception cref="FormatException">An address, MAC, id or hook is not valid.</exception>
    /// <exception cref="LabelException">A label is not valid.</exception>
    /// <exception cref="StateException">An object is missing, or not as it was written.</exception>
    public static Endpoint FromStored(StoredEndpoint stored, Func<string, ReadOnlyMemory<byte>> readObject) => new()
    {
        Id = stored.Id is > 0 and <= LastId ? stored.Id : throw new FormatException($"{stored.Id} is not an endpoint id"),
        Name = stored.Name,
        Labels = LabelSet.Parse(stored.Labels),
        Identity = stored.Identity,
        NamedPorts = (stored.NamedPorts ?? []).Select(NamedPortText.Parse).ToArray(),
        NamespacePath = stored.NamespacePath,
        ContainerInterface = stored.ContainerInterface,
        HostInterface = stored.HostInterface,
        HostIfIndex = stored.HostIfIndex,
        HostMac = PhysicalAddress.Parse(stored.HostMac),
        ContainerMac = PhysicalAddress.Parse(stored.ContainerMac),
        IPv4 = stored.IPv4 is null ? null : IPAddress.Parse(stored.IPv4),
        IPv6 = stored.IPv6 is null ? null : IPAddress.Parse(stored.IPv6),
        Created = stored.Created,
        Hooks = (stored.Hooks ?? []).Select(hook => EndpointHook.FromStored(hook, readObject)).ToArray(),
    };

    /// <summary>A MAC as people write it: 02:00:5e:10:00:01.</summary>
    public static string Text(PhysicalAddress mac) =>
        string.Join(':', mac.GetAddressBytes().Select(octet => octet.ToString("x2", CultureInfo.InvariantCulture)));
}
