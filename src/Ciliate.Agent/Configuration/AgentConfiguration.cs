using System.Net;
using Ciliate.Agent.Ipam;
using Ciliate.Agent.Outside;
using Ciliate.Datapath;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Configuration;

/// <summary>What the agent runs with: typed, checked, and with the source of each value.</summary>
public sealed record AgentConfiguration
{
    public required string Socket { get; init; }

    public required string StateDirectory { get; init; }

    /// <summary>Null: none is followed.</summary>
    public required string? PolicyDirectory { get; init; }

    public required string BpfRoot { get; init; }

    /// <summary>Null when the family is switched off; at least one of the two is on.</summary>
    public required AddressRange? IPv4Range { get; init; }

    /// <inheritdoc cref="IPv4Range"/>
    public required AddressRange? IPv6Range { get; init; }

    /// <summary>Follows from the ranges.</summary>
    public GatewayOptions Gateway => new(IPv4Range?.Gateway, IPv6Range?.Gateway, IPv4Range?.Broadcast);

    public required bool AllowHostIngress { get; init; }

    public required int FlowTableSize { get; init; }

    public required FlowTimeouts FlowTimeouts { get; init; }

    public required string HostInterfacePrefix { get; init; }

    /// <summary>Null: what the kernel has.</summary>
    public required HookKind? HookBackend { get; init; }

    /// <summary>Endpoints get programs of their own.</summary>
    public required bool TailorPrograms { get; init; }

    public required MasqueradeSettings Masquerade { get; init; }

    /// <summary>Null: not by TCP.</summary>
    public required IPEndPoint? MetricsAddress { get; init; }

    public required LogLevel LogLevel { get; init; }

    public required IReadOnlyList<OptionValue> Values { get; init; }
}
