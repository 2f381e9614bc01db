using Ciliate.Fuzz.Targets;
using SharpFuzz;

namespace Ciliate.Fuzz.Execution;

/// <summary>The process that afl-fuzz starts once and gives one input after the other.</summary>
internal static class Inside
{
    public const string TargetVerb = "target", ShrinkVerb = "shrink", CoverVerb = "cover";

    /// <param name="log">Where findings are told: afl-fuzz learns only that there was one.</param>
    public static bool Serve(IFuzzTarget target, string log)
    {
        var buffer = new MemoryStream();
        Fuzzer.Run(input =>
        {
            buffer.SetLength(0);
            input.CopyTo(buffer);
            try
            {
                Limits.Try(target, buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
            }
            catch (Exception error)
            {
                File.AppendAllText(log, $"{error}\n");
                throw;
            }
        });
        return true;
    }
}
