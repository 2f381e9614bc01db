using Ciliate.Testing;
using Xunit;

namespace Ciliate.Bpf.Tests;

/// <summary>The example of the README: here it runs, and the README shows exactly this.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void The_example_of_the_README_runs()
    {
        using var home = new TestNamespace("readme");
        var output = new StringWriter();
        string before = Environment.CurrentDirectory;
        Environment.CurrentDirectory = Path.GetDirectoryName(Fixture.Path("programs"))!;
        try
        {
            Exception? refused = Record.Exception(() => home.Run(() => Example(output, ifIndex: 1)));
            Assert.Equal(KernelFeatures.Tcx.IsSupported ? null : typeof(FeatureMissingException), refused?.GetType());
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }

        Assert.Equal("4711\n3\n", output.ToString());
    }

    [Fact]
    public void The_README_shows_the_example_that_runs()
    {
        string readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md"));
        int start = readme.IndexOf("```csharp\n", StringComparison.Ordinal) + "```csharp\n".Length;
        string example = readme[start..readme.IndexOf("```", start, StringComparison.Ordinal)];
        string source = File.ReadAllText(SourcePath());

        Assert.Equal(10, example.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        foreach (string line in example.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.Contains(line, source, StringComparison.Ordinal);
        }
    }

    // Console of the example is the writer of the test.
    private static void Example(StringWriter Console, int ifIndex)
    {
        var spec = ObjectSpec.Open("programs.bpf.o");
        spec.SetConstant("answer", 4711u);                                  // const volatile __u32 answer;
        using var loader = new BpfLoader();
        using var loaded = loader.Load(spec);
        var result = loaded.Program("answer_of_constant").TestRun(new() { Data = new byte[64] });
        Console.WriteLine(result.ReturnValue);                              // 4711
        loaded.Program("count_in_map").TestRun(new() { Data = new byte[64], Repeat = 3 });
        Console.WriteLine(loaded.Map("counters").As<uint, ulong>()[1]);     // 3
        using var link = Hook.TcxIngress(ifIndex).Attach(loaded.Program("on_ingress"));
        link.Update(loaded.Program("drop_all"));                            // atomic: a packet sees the one or the other
    }

    private static string SourcePath([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;
}
