namespace Ciliate.Bpf;

/// <summary>enum bpf_prog_type, those that a section name can ask for.</summary>
public enum ProgramType
{
    Unspecified = 0,
    SocketFilter = 1,
    SchedCls = 3,
    Xdp = 6,
    LightweightTunnelIn = 10,
    Syscall = 31,
}

/// <summary>enum bpf_attach_type, likewise.</summary>
public enum AttachType
{
    None = 0,
    Xdp = 37,
    TcxIngress = 46,
    TcxEgress = 47,
}
