using Ciliate.Bpf;

namespace Ciliate.Datapath;

/// <summary>Whose programs an endpoint has.</summary>
public enum TailoringState
{
    /// <summary>Those that all share, until its own are made.</summary>
    Pending,

    /// <summary>Those that all share: no others are wanted.</summary>
    Off,

    /// <summary>Those that all share, since its own could not be made.</summary>
    Refused,

    /// <summary>Its own.</summary>
    Tailored,
}

/// <summary>What came of settling an endpoint's programs.</summary>
/// <param name="Refusal">Why its own could not be made, in one line; otherwise null.</param>
/// <param name="Times">Of its own programs.</param>
public sealed record SettledPrograms(TailoringState State, string? Refusal, IReadOnlyList<ProgramTimes> Times);

/// <param name="Name">The C function.</param>
/// <param name="Making">To make it for its constants.</param>
/// <param name="Loading">Until the kernel had verified and compiled it.</param>
public sealed record ProgramTimes(string Name, TimeSpan Making, TimeSpan Loading);

/// <summary>What runs at an endpoint's interface.</summary>
/// <param name="Refusal">Why the programs are not its own, in one line; null when nothing stood against it.</param>
/// <param name="Programs">That of what the container sends, and that of what it receives.</param>
public sealed record EndpointProgramReport(TailoringState State, string? Refusal, IReadOnlyList<ProgramReport> Programs);

/// <summary>One program, and what became of the generic one when it was made. Sizes in instructions count slots of 8 bytes, as the kernel
/// does.</summary>
/// <param name="Name">The C function.</param>
/// <param name="KernelId">By which the kernel knows it; 0 when it does not run.</param>
/// <param name="Constants">That it reads: in an endpoint's own program they are part of the code.</param>
/// <param name="Features">What it can do, of all that programs can.</param>
/// <param name="RemovedFeatures">What was cut out.</param>
/// <param name="GenericInstructions">Of the program that all share.</param>
/// <param name="Instructions">Handed to the kernel.</param>
/// <param name="TranslatedInstructions">What the kernel made of them; 0 when it does not run.</param>
/// <param name="JitedBytes">Of machine code; 0 when the kernel interprets.</param>
/// <param name="VerifiedInstructions">That the verifier walked through.</param>
/// <param name="Maps">That it uses.</param>
/// <param name="RemovedMaps">That the generic one uses besides.</param>
/// <param name="RemovedFunctions">That the generic one has besides.</param>
/// <param name="Times">Null for one that all share, which was loaded with the agent.</param>
/// <param name="Code">The instructions handed to the kernel; null: nobody asked for them.</param>
public sealed record ProgramReport(
    string Name,
    uint KernelId,
    IReadOnlyList<ProgramConstant> Constants,
    IReadOnlyList<string> Features,
    IReadOnlyList<string> RemovedFeatures,
    int GenericInstructions,
    int Instructions,
    int TranslatedInstructions,
    int JitedBytes,
    int VerifiedInstructions,
    IReadOnlyList<string> Maps,
    IReadOnlyList<string> RemovedMaps,
    IReadOnlyList<string> RemovedFunctions,
    ProgramTimes? Times,
    IReadOnlyList<ListedInstruction>? Code);

/// <param name="Value">As text.</param>
/// <param name="Description">What it means.</param>
public sealed record ProgramConstant(string Name, string Value, string Description);
