namespace Ciliate.Cli.Tests.Commands;

/// <summary>Commands that start the agent's executable; a script stands in for it.</summary>
public sealed class AgentExecutableTests : IDisposable
{
    private const string Report = """{"dry-run":false,"removed":[{"kind":"interface","name":"cil1"}],"kept":[{"kind":"file","name":"/srv/x"}]}""";

    private readonly string _directory = Directory.CreateTempSubdirectory("ciliate-cli-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Cleanup_is_a_table_of_what_went_and_what_stayed()
    {
        Run run = await RunAsync(Script($"echo '{Report}'"), "cleanup", "--yes", "--state-dir", "state", "--socket", "/s", "--config", "/c.yaml");

        Assert.Equal(
            """
            ACTION    KIND        NAME
            removed   interface   cil1
            kept      file        /srv/x

            """,
            run.Out);
        Assert.Equal("cleanup --yes --config=/c.yaml --state-dir=/home/web/state --socket=/s --output json\n", Arguments());
    }

    [Fact]
    public async Task Cleanup_as_json_is_what_the_agent_said()
    {
        Run run = await RunAsync(Script($"echo '{Report}'"), "cleanup", "--dry-run", "-o", "json");

        Assert.Equal(Report, Repository.Compact(run.Out));
        Assert.Equal("cleanup --dry-run --output json\n", Arguments());
    }

    [Fact]
    public async Task The_exit_code_is_that_of_the_agents_executable()
    {
        Assert.Equal(new Run(2, "", ""), await RunAsync(Script("exit 2"), "cleanup"));
        Assert.Equal(new Run(1, "", ""), await RunAsync(Script("exit 1"), "config", "show", "--offline"));
    }

    [Fact]
    public async Task Without_the_executable_it_says_so()
    {
        Run run = await RunAsync(null, "cleanup");

        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.StartsWith("ciliate: ciliated is neither beside this command nor in PATH", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_no_answer_is_told()
    {
        Run run = await RunAsync(Script("echo what"), "cleanup", "--yes");

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"ciliate: cannot run {_directory}/ciliated", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_are_a_table_with_their_sources()
    {
        using var agent = FakeAgent.Answering(Repository.ListOf("ConfigurationEntry"));

        Assert.Equal(
            """
            OPTION      VALUE          SOURCE
            state-dir   /srv/ciliate   /etc/ciliate/config.yaml:3

            """,
            (await Run.Async(agent, "config", "show")).Out);
        Assert.StartsWith("GET /v1/config HTTP/1.1\r\n", agent.Requests[0], StringComparison.Ordinal);
        Assert.Equal(
            "ciliate: --bpf-root is for --offline: a running agent has its own\n", (await Run.Async(agent, "config", "show", "--bpf-root", "/x")).Error);
    }

    private string Script(string body)
    {
        string path = Path.Combine(_directory, "ciliated");
        File.WriteAllText(path, $"#!/bin/sh\necho \"$@\" > {_directory}/arguments\n{body}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private string Arguments() => File.ReadAllText(Path.Combine(_directory, "arguments"));

    private static Task<Run> RunAsync(string? agentPath, params string[] arguments) =>
        Run.Async(arguments, directory: "/home/web", agentPath: agentPath);
}
