namespace Ciliate.Bpf;

/// <summary>An instruction of a program as people read it.</summary>
/// <param name="Function">That it is in.</param>
/// <param name="Slot">Of 8 bytes, from the beginning of the program.</param>
/// <param name="Text">Maps and functions by name; where a jump leads to is its last word, a slot.</param>
/// <param name="Target">Where a jump leads to: a slot; otherwise null.</param>
/// <param name="Source">The line that begins here; null: it goes on with the one before.</param>
public sealed record ListedInstruction(string Function, int Slot, string Text, int? Target, SourceLine? Source);

/// <param name="File">As the compiler was given it.</param>
public sealed record SourceLine(string File, uint Line, string Text);
