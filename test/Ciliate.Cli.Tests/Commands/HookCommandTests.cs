namespace Ciliate.Cli.Tests.Commands;

public sealed class HookCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ciliate-cli-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("/v1/hook")]
    [InlineData("/v1/endpoint/web/hook", "web")]
    public async Task The_list_has_a_row_for_each_map(string route, params string[] endpoint)
    {
        using var agent = FakeAgent.Answering(Repository.Example("EndpointHookResource[]"));
        Run run = await Run.Async(agent, ["endpoint", "hook", "list", .. endpoint]);
        Assert.Equal(
            """
            ENDPOINT   AT       PROGRAM      FILE           ADDED                  MAP      TYPE    MAP ID   PIN
            web        egress   udp_budget   udp-budget.o   2026-11-25T20:05:00Z   budget   Array   211      /sys/fs/bpf/ciliate/user/3/egress/5f70bf18a086/budget

            """,
            run.Out);
        Assert.StartsWith($"GET {route} HTTP/1.1\r\n", agent.Requests[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("add", "false")]
    [InlineData("replace", "true")]
    public async Task The_object_travels_with_the_name_that_it_was_given_by(string verb, string replaces)
    {
        File.WriteAllBytes(Path.Combine(_directory, "budget.o"), [1, 2, 3]);
        using var agent = FakeAgent.Answering(Repository.Example("EndpointHookResource[]").Trim('[', ']', '\n'), "201 Created");
        Run run = await Run.Async(
            ["endpoint", "hook", verb, "web", "--object", "budget.o", "--at", "ingress", "--program", "limit", "--socket", agent.Path], directory: _directory);
        Assert.Equal((ExitCode.Ok, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("PUT /v1/endpoint/web/hook/ingress HTTP/1.1\r\n", agent.Requests[0], StringComparison.Ordinal);
        Assert.EndsWith($$"""{"file":"budget.o","object":"AQID","program":"limit","replace":{{replaces}}}""", agent.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_removed_is_told()
    {
        using var agent = FakeAgent.Answering("", "204 No Content");
        Run run = await Run.Async(agent, "endpoint", "hook", "remove", "web", "--at", "egress");
        Assert.Equal((ExitCode.Ok, "", "program at egress of endpoint web removed\n"), (run.ExitCode, run.Out, run.Error));
        Assert.StartsWith("DELETE /v1/endpoint/web/hook/egress HTTP/1.1\r\n", agent.Requests[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExitCode.Usage, "--at \"both\" is not egress or ingress", "--object", "budget.o", "--at", "both")]
    [InlineData(ExitCode.Usage, "option '--object' is required", "--at", "egress")]
    [InlineData(ExitCode.Failed, "cannot read budget.o: Could not find file", "--object", "budget.o", "--at", "egress")]
    public async Task What_cannot_be_is_refused_before_the_agent_is_asked(int exitCode, string error, params string[] arguments)
    {
        Run run = await Run.Async(["endpoint", "hook", "add", "web", .. arguments, "--socket", "/nonexistent"], directory: _directory);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(error, run.Error, StringComparison.Ordinal);
    }
}
