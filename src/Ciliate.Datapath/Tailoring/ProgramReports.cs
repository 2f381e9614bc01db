namespace Ciliate.Datapath;

/// <summary>What runs at an endpoint's interface.</summary>
/// <param name="Tailored">The programs are made for the endpoint; otherwise they are those that all share.</param>
/// <param name="Refusal">Why they are not made for it, in one line; null when nothing refused that.</param>
/// <param name="Programs">That of what the container sends, and that of what it receives.</param>
public sealed record EndpointProgramReport(bool Tailored, string? Refusal, IReadOnlyList<ProgramReport> Programs);

/// <summary>One program, and what became of the generic one when it was made. Sizes in instructions count slots of 8 bytes, as the kernel
/// does.</summary>
/// <param name="Name">The C function.</param>
/// <param name="KernelId">By which the kernel knows it.</param>
/// <param name="Constants">That it reads: in one that is made for an endpoint they are part of the code.</param>
/// <param name="Features">What it can do, of all that programs can.</param>
/// <param name="RemovedFeatures">What was cut out.</param>
/// <param name="GenericInstructions">Of the program that all share.</param>
/// <param name="Instructions">Handed to the kernel.</param>
/// <param name="TranslatedInstructions">What the kernel made of them.</param>
/// <param name="JitedBytes">Of machine code; 0 when the kernel interprets.</param>
/// <param name="VerifiedInstructions">That the verifier walked through.</param>
/// <param name="Maps">That it uses.</param>
/// <param name="RemovedMaps">That the generic one uses besides.</param>
/// <param name="RemovedFunctions">That the generic one has besides.</param>
/// <param name="MakingTime">To make it for its constants; zero for the generic one.</param>
/// <param name="LoadTime">Until the kernel had verified and compiled it; zero where that was not measured.</param>
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
    TimeSpan MakingTime,
    TimeSpan LoadTime);

/// <param name="Value">As text.</param>
/// <param name="Description">What it means.</param>
public sealed record ProgramConstant(string Name, string Value, string Description);
