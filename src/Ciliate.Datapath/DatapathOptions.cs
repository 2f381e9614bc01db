namespace Ciliate.Datapath;

/// <param name="Root">Directory on a bpffs that belongs to this agent alone; made when absent.</param>
/// <param name="FlowTableSize">Flows that all endpoints together may have. Another size than before takes the flows along, if they fit.</param>
/// <param name="Timeouts">Null: <see cref="FlowTimeouts.Default"/>.</param>
/// <param name="Hooks">How programs hang at interfaces; null: tcx where the kernel has it, else clsact.</param>
/// <param name="Masquerade">Null: containers are seen outside by their own addresses.</param>
public sealed record DatapathOptions(
    string Root, uint FlowTableSize = 131072, FlowTimeouts? Timeouts = null, HookKind? Hooks = null, MasqueradeOptions? Masquerade = null);
