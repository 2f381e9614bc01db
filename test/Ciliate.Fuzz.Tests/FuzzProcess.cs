using System.Diagnostics;
using Ciliate.Testing;

namespace Ciliate.Fuzz.Tests;

/// <summary>The fuzzer as <c>scripts/fuzz</c> starts it.</summary>
internal static class FuzzProcess
{
    // Only a machine that stands still takes so long; what a run may take it bounds itself.
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    public static ProcessResult Run(params IReadOnlyList<string> arguments)
    {
        var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Ciliate.Fuzz.dll"), .. arguments]);
        using TestProcess process = TestProcess.Start(null, info);
        process.Input.Close();
        return process.WaitForExit(s_limit);
    }
}
