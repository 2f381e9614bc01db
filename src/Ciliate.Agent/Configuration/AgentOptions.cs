namespace Ciliate.Agent.Configuration;

/// <summary>The catalogue of options.</summary>
public static class AgentOptions
{
    private const string FlowTimeoutValues = "seconds, 1 to 1000000";

    public static readonly AgentOption Socket = new(
        "socket", "/run/ciliate/ciliate.sock", "absolute path", "Unix socket of the API.");

    public static readonly AgentOption StateDirectory = new(
        "state-dir", "/var/lib/ciliate", "absolute path", "Directory of endpoints, policies and identities.");

    public static readonly AgentOption PolicyDirectory = new(
        "policy-directory", "none", "none, or an absolute path", "Directory of policy files that are in force as long as they lie there.");

    public static readonly AgentOption BpfRoot = new(
        "bpf-root", "/sys/fs/bpf/ciliate", "absolute path", "Directory in a BPF file system that holds pinned maps and links.");

    public static readonly AgentOption IPv4Range = new(
        "ipv4-range", "10.101.0.0/24", "IPv4 network /8 to /30, or none", "Containers' IPv4 addresses; the first one is the gateway.");

    public static readonly AgentOption IPv6Range = new(
        "ipv6-range", "fd00:101::/64", "IPv6 network /16 to /126, or none", "Containers' IPv6 addresses; the first one is the gateway.");

    public static readonly AgentOption AllowHostIngress = new(
        "allow-host-ingress", "true", "true or false", "The host may reach its containers whatever the policies say.");

    public static readonly AgentOption FlowTableSize = new(
        "flow-table-size", "131072", "1024 to 4194304", "Flows that the kernel keeps at a time.");

    public static readonly AgentOption FlowTimeoutTcp = new(
        "flow-timeout-tcp", "8000", FlowTimeoutValues, "Life of an established TCP connection after its last packet.");

    public static readonly AgentOption FlowTimeoutTcpSyn = new(
        "flow-timeout-tcp-syn", "60", FlowTimeoutValues, "Life of a TCP connection whose handshake is not over.");

    public static readonly AgentOption FlowTimeoutTcpFin = new(
        "flow-timeout-tcp-fin", "10", FlowTimeoutValues, "Life of a TCP connection that both sides closed or one reset.");

    public static readonly AgentOption FlowTimeoutOther = new(
        "flow-timeout-other", "60", FlowTimeoutValues, "Life of a flow of any other protocol after its last packet.");

    public static readonly AgentOption HostInterfacePrefix = new(
        "host-interface-prefix", "cil", "1 to 8 characters, a-z then a-z or 0-9", "Start of the names of the agent's interfaces.");

    public static readonly AgentOption HookBackend = new(
        "hook-backend", "auto", "auto, tcx or clsact", "How programs hang at interfaces; auto is tcx where the kernel has it, else clsact.");

    public static readonly AgentOption TailorPrograms = new(
        "tailor-programs", "true", "true or false", "Each container gets programs that are made for it; else all keep those that they share.");

    public static readonly AgentOption Masquerade = new(
        "masquerade", "true", "true or false", "Containers' IPv4 packets leave the host with the address of the uplink.");

    public static readonly AgentOption MasqueradeIPv6 = new(
        "masquerade-ipv6", "true", "true or false", "The same for IPv6.");

    public static readonly AgentOption Devices = new(
        "devices", "auto", "auto, or names or patterns such as eth*, separated by commas", "The uplinks; auto is the interfaces of default routes.");

    public static readonly AgentOption MasqueradePorts = new(
        "masquerade-ports", "16384-32767", "32 ports or more, from 1024 to 65535", "Ports and echo identifiers that masqueraded connections take at the uplink.");

    public static readonly AgentOption MasqueradeAllProtocols = new(
        "masquerade-all-protocols", "false", "true or false",
        "SCTP, GRE, ESP and the like leave masqueraded too: a remote then speaks them with one container only, and not with the host.");

    public static readonly AgentOption MasqueradeExclude = new(
        "masquerade-exclude", "none", "none, or networks separated by commas", "Destinations that see containers by their own addresses.");

    public static readonly AgentOption MetricsAddress = new(
        "metrics-address", "none", "none, or an IP address and a port such as 127.0.0.1:9962", "Where the metrics are served by TCP; the socket serves them always.");

    public static readonly AgentOption LogLevel = new(
        "log-level", "info", "debug, info, warn or error", "The least severe message that is logged.");

    public static IReadOnlyList<AgentOption> All { get; } =
    [
        Socket, StateDirectory, PolicyDirectory, BpfRoot, IPv4Range, IPv6Range, AllowHostIngress, FlowTableSize,
        FlowTimeoutTcp, FlowTimeoutTcpSyn, FlowTimeoutTcpFin, FlowTimeoutOther, HostInterfacePrefix, HookBackend, TailorPrograms,
        Masquerade, MasqueradeIPv6, Devices, MasqueradePorts, MasqueradeAllProtocols, MasqueradeExclude, MetricsAddress, LogLevel,
    ];

    public static AgentOption? Find(string name) => All.FirstOrDefault(option => option.Name == name);
}
