using System.Net;

namespace Ciliate.Datapath;

/// <param name="Root">Directory on a bpffs that belongs to this agent alone; made when absent.</param>
/// <param name="Gateway">What containers know as their gateway.</param>
/// <param name="FlowTableSize">Flows that all endpoints together may have. Another size than before takes the flows along, if they fit.</param>
/// <param name="Timeouts">Null: <see cref="FlowTimeouts.Default"/>.</param>
/// <param name="Hooks">How programs hang at interfaces; null: tcx where the kernel has it, else clsact.</param>
/// <param name="Masquerade">Null: containers are seen outside by their own addresses.</param>
/// <param name="TailorPrograms">Endpoints get programs of their own; otherwise all keep those that they share.</param>
public sealed record DatapathOptions(
    string Root, GatewayOptions Gateway, uint FlowTableSize = 131072, FlowTimeouts? Timeouts = null, HookKind? Hooks = null, MasqueradeOptions? Masquerade = null,
    bool TailorPrograms = true);

/// <summary>The gateway of all endpoints; null what there is none of.</summary>
/// <param name="IPv4">Address whose ARP and echo requests the programs answer.</param>
/// <param name="IPv6">Address whose neighbour solicitations and echo requests the programs answer.</param>
/// <param name="BroadcastIPv4">Broadcast address of the range that IPv4 addresses are from.</param>
public sealed record GatewayOptions(IPAddress? IPv4, IPAddress? IPv6, IPAddress? BroadcastIPv4 = null);
