using Ciliate.Fuzz.Targets;

namespace Ciliate.Fuzz.Execution;

/// <summary>Tries files again, each told before it is tried: the last one is to blame when the process ends.</summary>
internal static class Replay
{
    /// <returns>Whether all are without a finding.</returns>
    public static bool Run(IFuzzTarget target, IReadOnlyList<string> files)
    {
        int findings = 0;
        foreach (string file in files)
        {
            Console.Write($"{target.Name} {Path.GetFileName(file)}: ");
            Console.Out.Flush();
            Exception? found = Attempt(target, File.ReadAllBytes(file));
            Console.WriteLine(found is null ? "ok" : Text(found));
            findings += found is null ? 0 : 1;
        }

        Console.WriteLine($"{target.Name}: {files.Count} inputs, {findings} findings");
        return findings == 0;
    }

    /// <summary>Null: nothing was found.</summary>
    public static Exception? Attempt(IFuzzTarget target, ReadOnlyMemory<byte> input)
    {
        try
        {
            Limits.Try(target, input);
            return null;
        }
#pragma warning disable CA1031 // Whatever comes out is a finding.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return error;
        }
    }

    private static string Text(Exception error) => error is FindingException ? $"FINDING: {error.Message}" : $"FINDING: {error}";
}
