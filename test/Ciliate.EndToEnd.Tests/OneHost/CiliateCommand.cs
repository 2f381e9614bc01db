using System.Diagnostics;
using System.Text.Json;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.OneHost;

/// <summary>The command line client, run as a user would.</summary>
public sealed class CiliateCommand(TestNamespace host, AgentRoots roots)
{
    public ProcessResult Run(params IEnumerable<string> arguments)
    {
        using TestProcess process = Start(arguments);
        process.Input.Close();
        return process.WaitForExit();
    }

    /// <summary>For commands that do not end by themselves.</summary>
    public TestProcess Start(params IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo(Executables.Client, arguments);
        info.Environment["CILIATE_SOCKET"] = roots.Socket;
        return TestProcess.Start(host, info);
    }

    /// <summary>Runs a command that must succeed; returns its standard output.</summary>
    public string Do(params IReadOnlyList<string> arguments)
    {
        ProcessResult result = Run(arguments);
        Assert.True(result.ExitCode == 0, $"'ciliate {string.Join(' ', arguments)}' ended with {result.ExitCode}: {result.Errors}");
        return result.Output;
    }

    /// <summary>Makes an endpoint of a namespace.</summary>
    /// <param name="labels">Without any: app=NAME.</param>
    public Container Add(string name, TestNamespace container, params IReadOnlyList<string> labels)
    {
        Do(["endpoint", "add", name, "--netns", container.Path, .. (labels.Count == 0 ? ["app=" + name] : labels).SelectMany(label => new[] { "--label", label })]);
        return Container.From(container, Json("endpoint", "get", name));
    }

    /// <summary>Runs a command that must be refused: one line on standard error and nothing else. Returns the line.</summary>
    public string Refused(params IReadOnlyList<string> arguments)
    {
        ProcessResult result = Run(arguments);
        Assert.True(result.ExitCode is 1 or 2, $"'ciliate {string.Join(' ', arguments)}' ended with {result.ExitCode}, not 1 or 2: {result.Errors}");
        Assert.Equal("", result.Output);
        return Assert.Single(result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Runs a command with <c>-o json</c> that prints one document.</summary>
    public JsonElement Json(params IReadOnlyList<string> arguments)
    {
        using JsonDocument document = JsonDocument.Parse(Do([.. arguments, "-o", "json"]));
        return document.RootElement.Clone();
    }

    /// <summary>The newest verdicts, oldest first.</summary>
    public IReadOnlyList<ObservedFlow> Observe(params IEnumerable<string> filters) =>
        ObservedFlow.ParseLines(Do(["observe", "--last", "2000", "-o", "json", .. filters]));
}
