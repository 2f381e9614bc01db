using System.CommandLine;
using System.Runtime.InteropServices;
using Ciliate.Bench;
using Ciliate.Bench.Results;
using Ciliate.Testing;

const int Done = 0, Failed = 1, Interrupted = 130;
const int QuickRounds = 2;

var rounds = new Option<int>("--rounds")
{
    Description = "Measure every case this many times; medians are told.",
    DefaultValueFactory = _ => 7,
    HelpName = "N",
};
rounds.Validators.Add(result =>
{
    if (result.GetValueOrDefault<int>() is < 1 or > 1000)
        result.AddError("--rounds must be a number from 1 to 1000");
});
var quick = new Option<bool>("--quick") { Description = "Only show that everything works, in some seconds; the figures tell nothing." };
var pattern = new Option<string>("--case")
{
    Description = "Only cases that match, such as 'tcp-*/ipv4'.",
    DefaultValueFactory = _ => "*",
    HelpName = "GLOB",
};
var binaries = new Option<string>("--bin")
{
    Description = "Directory of ciliated and ciliate.",
    DefaultValueFactory = _ => Repository.PathOf("artifacts", "bin"),
    HelpName = "DIR",
};
var output = new Option<string>("--output")
{
    Description = "File of the results, one JSON object a line.",
    DefaultValueFactory = _ => Repository.PathOf("bench", "results", "latest.jsonl"),
    HelpName = "FILE",
};
var command = new RootCommand("Measures Ciliate beside a bare veth pair, a bridge, and the least that a datapath of its shape can cost.")
{
    rounds, quick, pattern, binaries, output,
};
command.SetAction(result => Execute(new Options(
    result.GetValue(quick) ? QuickRounds : result.GetValue(rounds), result.GetValue(quick), result.GetValue(pattern)!,
    Path.GetFullPath(result.GetValue(binaries)!), Path.GetFullPath(result.GetValue(output)!))));
var parsed = command.Parse(args);
int code = parsed.Invoke();
return parsed.Errors.Count > 0 ? 2 : code;

static int Execute(Options options)
{
    using var cancellation = new CancellationTokenSource();
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
    var progress = new Progress();
    try
    {
        var series = new Run(options, progress, cancellation.Token).Measure();
        progress.End();
        if (series.Cases.Count == 0)
            throw new BenchException($"no case matches '{options.CasePattern}'");
        Write(options.Output, series);
        ResultTable.Print(series);
        return Done;
    }
    catch (OperationCanceledException)
    {
        progress.End();
        Console.Error.WriteLine("bench: interrupted; everything is taken down");
        return Interrupted;
    }
    catch (Exception e) when (e is not (NullReferenceException or IndexOutOfRangeException))
    {
        progress.End();
        Console.Error.WriteLine($"bench: {e.Message}");
        return Failed;
    }

    void Cancel(PosixSignalContext context)
    {
        context.Cancel = true;
        cancellation.Cancel();
    }
}

static void Write(string path, Series series)
{
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    File.WriteAllLines(path, Comparison.LinesOf(series).Select(line => line.ToJson()));
}
