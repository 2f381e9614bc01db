using Ciliate.Fuzz.Targets;
using SharpFuzz;

namespace Ciliate.Fuzz.Execution;

/// <summary>A copy of this program in which the branches of what a target reads with are counted.</summary>
internal static class Instrumentation
{
    /// <returns>The copy's executable assembly.</returns>
    public static string Copy(IFuzzTarget target, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory).Where(IsNeeded))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        foreach (string assembly in target.Instrumented)
            Fuzzer.Instrument(Path.Combine(folder, assembly), _ => true, Options.Value);
        return Path.Combine(folder, Path.GetFileName(Isolation.Self));
    }

    private static bool IsNeeded(string file) => Path.GetExtension(file) is ".dll" or ".json";
}
