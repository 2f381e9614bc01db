namespace Ciliate.Bpf;

/// <summary>What the name of a code section says about its programs.</summary>
internal readonly record struct SectionMeaning(ProgramType Type, AttachType AttachType)
{
    private static readonly Dictionary<string, SectionMeaning> Known = new()
    {
        ["tc"] = new(ProgramType.SchedCls, AttachType.None),
        ["tcx/ingress"] = new(ProgramType.SchedCls, AttachType.TcxIngress),
        ["tcx/egress"] = new(ProgramType.SchedCls, AttachType.TcxEgress),
        ["xdp"] = new(ProgramType.Xdp, AttachType.Xdp),
        ["syscall"] = new(ProgramType.Syscall, AttachType.None),
        ["socket"] = new(ProgramType.SocketFilter, AttachType.None),
    };

    public static SectionMeaning Of(string section, string file) => Known.TryGetValue(section, out SectionMeaning meaning)
        ? meaning
        : throw new BpfObjectException(file, section, $"holds programs of an unknown kind; known are {string.Join(", ", Known.Keys)}");
}
