namespace Ciliate.Bpf.Specialization;

/// <summary>A program that was made for its constants: what it does not need for them is not in its code.</summary>
/// <param name="Program">To be loaded in place of the one that it was made from: <see cref="ObjectSpec.ReplaceProgram"/>.</param>
/// <param name="Report">What became of it.</param>
public sealed record SpecializedProgram(ProgramSpec Program, SpecializationReport Report);

/// <summary>What the specializer did with a program.</summary>
/// <param name="InstructionsBefore">Slots of 8 bytes, as the kernel counts instructions.</param>
/// <param name="InstructionsAfter">Slots of 8 bytes.</param>
/// <param name="Constants">The <c>const volatile</c> variables that were read, with the values that are now part of the code.</param>
/// <param name="RemovedFunctions">Functions that nothing calls any more.</param>
/// <param name="Maps">Maps that the program uses; no other needs to be made for it.</param>
/// <param name="RemovedMaps">Maps that the program used before.</param>
/// <param name="TailCalls">Where it may go on to other programs.</param>
public sealed record SpecializationReport(
    int InstructionsBefore,
    int InstructionsAfter,
    IReadOnlyList<UsedConstant> Constants,
    IReadOnlyList<string> RemovedFunctions,
    IReadOnlyList<string> Maps,
    IReadOnlyList<string> RemovedMaps,
    IReadOnlyList<TailCall> TailCalls);

/// <param name="Value">As it stands in memory.</param>
public sealed record UsedConstant(ConstantSpec Constant, ReadOnlyMemory<byte> Value);

/// <summary>A tail call that is left.</summary>
/// <param name="Map">The program array; null when it is not known.</param>
/// <param name="Index">The entry; null when it is computed.</param>
public readonly record struct TailCall(string? Map, uint? Index);
