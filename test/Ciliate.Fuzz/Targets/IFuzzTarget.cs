namespace Ciliate.Fuzz.Targets;

/// <summary>A reader of input that nobody vouches for, and what must hold whatever the input is.</summary>
internal interface IFuzzTarget
{
    string Name { get; }

    /// <summary>File names of the assemblies whose branches guide the search.</summary>
    IReadOnlyList<string> Instrumented { get; }

    /// <summary>Longest input that is tried, in bytes: what is longer repeats itself more than it reaches something new.</summary>
    int LongestInput { get; }

    /// <summary>Words of the input's language, a file of afl-fuzz's form; null where the input is binary.</summary>
    string? Dictionary { get; }

    /// <summary>Reads the input. Any exception that comes out is a finding: what the reader documents is caught in here.</summary>
    void Try(ReadOnlyMemory<byte> input);
}

/// <summary>Something that must hold does not.</summary>
internal sealed class FindingException(string message) : Exception(message);
