namespace Ciliate.Bpf;

/// <summary>What the kernel says of a program.</summary>
/// <param name="Tag">SHA of the instructions, 16 hex digits.</param>
/// <param name="TranslatedSize">Bytes of BPF code after the verifier.</param>
/// <param name="JitedSize">Bytes of machine code; 0 when it is interpreted.</param>
/// <param name="VerifiedInstructions">Instructions that the verifier walked through.</param>
/// <param name="LoadedAfterBoot">Time from boot to load.</param>
/// <param name="MapIds">Maps that it uses.</param>
public sealed record ProgramInfo(
    ProgramType Type,
    uint Id,
    string Name,
    string Tag,
    int TranslatedSize,
    int JitedSize,
    int VerifiedInstructions,
    TimeSpan LoadedAfterBoot,
    IReadOnlyList<uint> MapIds);
