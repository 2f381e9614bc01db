namespace Ciliate.Api;

/// <summary>The programs at an endpoint's interface.</summary>
/// <param name="State">One of <see cref="ProgramState"/>.</param>
/// <param name="Refusal">Why they are not the endpoint's own, in one line.</param>
public sealed record EndpointProgramResource(string State, IReadOnlyList<ProgramResource> Programs, string? Refusal = null);

public static class ProgramState
{
    /// <summary>Made for the endpoint.</summary>
    public const string Tailored = "tailored";

    /// <summary>Those that all share, until its own are made.</summary>
    public const string Pending = "pending";

    /// <summary>Those that all share, since its own could not be made.</summary>
    public const string Refused = "refused";

    /// <summary>Those that all share: no others are wanted.</summary>
    public const string Shared = "shared";
}

/// <param name="Name">The C function.</param>
/// <param name="KernelId">By which the kernel knows it; 0: it does not run.</param>
/// <param name="JitedBytes">Of machine code; 0 when the kernel interprets.</param>
/// <param name="MakingSeconds">Time to make it; absent for one that all share.</param>
/// <param name="LoadingSeconds">Time until the kernel had verified and compiled it; likewise.</param>
/// <param name="Code">The instructions handed to the kernel, where they were asked for.</param>
public sealed record ProgramResource(
    string Name,
    uint KernelId,
    ProgramInstructions Instructions,
    int JitedBytes,
    IReadOnlyList<string> Features,
    IReadOnlyList<string> RemovedFeatures,
    IReadOnlyList<string> Maps,
    IReadOnlyList<string> RemovedMaps,
    IReadOnlyList<string> RemovedFunctions,
    IReadOnlyList<ProgramConstantEntry> Constants,
    double? MakingSeconds = null,
    double? LoadingSeconds = null,
    IReadOnlyList<CodeLine>? Code = null);

/// <summary>Numbers of instructions, in slots of 8 bytes.</summary>
/// <param name="Generic">Of the program that all share.</param>
/// <param name="Loaded">Handed to the kernel.</param>
/// <param name="Translated">What the kernel made of them.</param>
/// <param name="Verified">That the verifier walked through.</param>
public sealed record ProgramInstructions(int Generic, int Loaded, int Translated, int Verified);

/// <summary>A number or address that the program was given; in a tailored one it is part of the code.</summary>
public sealed record ProgramConstantEntry(string Name, string Value, string Description);

/// <summary>An instruction.</summary>
/// <param name="Slot">Of 8 bytes, from the beginning of the program.</param>
/// <param name="Target">Slot that a jump leads to.</param>
/// <param name="File">Of the source line that begins here.</param>
/// <param name="Line">Its number.</param>
/// <param name="Source">Its text.</param>
public sealed record CodeLine(string Function, int Slot, string Text, int? Target = null, string? File = null, uint? Line = null, string? Source = null);
