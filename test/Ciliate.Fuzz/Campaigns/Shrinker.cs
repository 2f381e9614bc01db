using Ciliate.Fuzz.Execution;
using Ciliate.Fuzz.Targets;

namespace Ciliate.Fuzz.Campaigns;

/// <summary>Takes parts out of an input as long as it shows the same finding.</summary>
internal static class Shrinker
{
    private const int MostAttempts = 5_000;

    public static bool Run(IFuzzTarget target, string from, string to)
    {
        byte[] input = File.ReadAllBytes(from);
        File.WriteAllBytes(to, Shrink(target, input));
        return true;
    }

    private static byte[] Shrink(IFuzzTarget target, byte[] input)
    {
        string? wanted = Name(Replay.Attempt(target, input));
        int attempts = 0;
        for (int length = Math.Max(1, input.Length / 2); wanted is not null; length /= 2)
        {
            for (int at = 0; at < input.Length && attempts < MostAttempts;)
            {
                byte[] smaller = [.. input.AsSpan(0, at), .. input.AsSpan(Math.Min(input.Length, at + length))];
                attempts++;
                if (Name(Replay.Attempt(target, smaller)) == wanted)
                    input = smaller;
                else
                    at += length;
            }

            if (length == 1)
                break;
        }

        return input;
    }

    /// <summary>The same for the same fault: kind of exception and the place that threw it.</summary>
    private static string? Name(Exception? found) => found is null
        ? null
        : $"{found.GetType()} {found.StackTrace?.Split('\n')[0]} {(found is FindingException ? found.Message.Split(':')[0] : "")}";
}
