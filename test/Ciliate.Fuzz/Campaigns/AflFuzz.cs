using System.Diagnostics;
using System.Globalization;
using Ciliate.Fuzz.Execution;
using Ciliate.Fuzz.Targets;

namespace Ciliate.Fuzz.Campaigns;

/// <summary>One run of afl-fuzz.</summary>
internal sealed class AflFuzz(IFuzzTarget target, Workplace place)
{
    // A loaded machine takes its time to start a process.
    private const int StartMilliseconds = 300_000;

    /// <param name="seed">Of its random choices. How far it comes in its time depends on the machine all the same.</param>
    /// <returns>Its exit code.</returns>
    public int Run(string program, int seconds, int seed)
    {
        ProcessStartInfo info = Isolation.Command(Command(program, seconds, seed));
        info.RedirectStandardOutput = info.RedirectStandardError = info.RedirectStandardInput = true;
        foreach ((string name, string value) in Settings)
            info.Environment[name] = value;
        using var log = TextWriter.Synchronized(new StreamWriter(place.FuzzerLog));
        using var process = new Process { StartInfo = info };
        process.OutputDataReceived += (_, line) => log.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => log.WriteLine(line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        return process.ExitCode;
    }

    private static IEnumerable<(string Name, string Value)> Settings =>
    [
        // The runtime is no executable of afl's making, and nothing reads core dumps or the governor of the processor.
        ("AFL_SKIP_BIN_CHECK", "1"),
        ("AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES", "1"),
        ("AFL_SKIP_CPUFREQ", "1"),
        ("AFL_NO_AFFINITY", "1"),
        ("AFL_NO_UI", "1"),
        // What was found is mended before the search goes on.
        ("AFL_BENCH_UNTIL_CRASH", "1"),
        ("AFL_FORKSRV_INIT_TMOUT", StartMilliseconds.ToString(CultureInfo.InvariantCulture)),
    ];

    private List<string> Command(string program, int seconds, int seed)
    {
        List<string> command =
        [
            "afl-fuzz", "-i", place.Corpus, "-o", place.Output,
            "-V", Text(seconds), "-s", Text(seed), "-G", Text(target.LongestInput), "-t", Text(Limits.WallClockMilliseconds), "-m", "none",
        ];
        if (place.Dictionary is { } dictionary)
            command.AddRange(["-x", dictionary]);
        command.AddRange(["--", "dotnet", program, Inside.TargetVerb, target.Name, place.Findings]);
        return command;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
