namespace Ciliate.Cli.Tests.Commands;

public sealed class UsageTests
{
    [Theory]
    [InlineData("", "ciliate needs a command: status, endpoint, identity, policy, observe, bpf, config, cleanup, version, completion", "ciliate")]
    [InlineData("statsu", "\"statsu\" is not a command of ciliate", "ciliate")]
    [InlineData("endpoint", "ciliate endpoint needs a command: add, list, get, labels, hook, program, delete", "ciliate endpoint")]
    [InlineData("endpoint ad", "\"ad\" is not a command of ciliate endpoint", "ciliate endpoint")]
    [InlineData("status --colour", "\"--colour\" is not understood by ciliate status", "ciliate status")]
    [InlineData("endpoint list web", "\"web\" is not understood by ciliate endpoint list", "ciliate endpoint list")]
    [InlineData("endpoint add", "ciliate endpoint add needs NAME", "ciliate endpoint add")]
    [InlineData("endpoint add web", "say where the container is: by --netns PATH or by --pid N, one of the two", "ciliate endpoint add")]
    [InlineData("endpoint add web --netns x --pid 1", "say where the container is: by --netns PATH or by --pid N, one of the two", "ciliate endpoint add")]
    [InlineData("endpoint add web --pid 0", "--pid \"0\" is not a number from 1 to 2147483647", "ciliate endpoint add")]
    [InlineData("endpoint add web --pid 1 --ipv4 fd00::1", "--ipv4 \"fd00::1\" is not an IPv4 address", "ciliate endpoint add")]
    [InlineData("endpoint add web --pid 1 --ipv4 10.1", "--ipv4 \"10.1\" is not an IPv4 address", "ciliate endpoint add")]
    [InlineData("endpoint add web --pid 1 --ipv6 10.0.0.1", "--ipv6 \"10.0.0.1\" is not an IPv6 address", "ciliate endpoint add")]
    [InlineData("endpoint get 4096", "\"4096\" is neither a name nor a number from 1 to 4095", "ciliate endpoint get")]
    [InlineData("endpoint get 99999", "\"99999\" is neither a name nor a number from 1 to 4095", "ciliate endpoint get")]
    [InlineData("policy apply", "option '--file' is required", "ciliate policy apply")]
    [InlineData("observe --verdict maybe", "--verdict \"maybe\" is not forwarded or dropped", "ciliate observe")]
    [InlineData("observe --port 65536", "--port \"65536\" is not a number from 1 to 65535", "ciliate observe")]
    [InlineData("observe --port", "required argument missing for option: '--port'", "ciliate observe")]
    [InlineData("status -o xml", "--output \"xml\" is not table, json or yaml", "ciliate status")]
    public async Task A_wrong_command_line_is_one_line_a_hint_and_exit_code_2(string line, string error, string help)
    {
        Run run = await Run.Async(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(new Run(ExitCode.Usage, "", $"ciliate: {error}; see {help} --help\n"), run);
    }

    [Fact]
    public async Task Help_is_data_and_no_error_even_where_arguments_are_missing()
    {
        Run run = await Run.Async(["endpoint", "add", "--help"]);
        Assert.Equal((ExitCode.Ok, ""), (run.ExitCode, run.Error));
        Assert.Contains("--netns <PATH>", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_argument_that_begins_with_an_at_sign_is_no_file_of_arguments()
    {
        using var agent = FakeAgent.Answering("""{"error":"no","code":"not-found"}""", "404 Not Found");
        Assert.Equal("ciliate: no\n", (await Run.Async(agent, "endpoint", "get", "@/etc/hostname")).Error);
        Assert.StartsWith("GET /v1/endpoint/%40%2Fetc%2Fhostname ", agent.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_socket_comes_from_the_option_or_the_environment_or_the_default()
    {
        using var agent = FakeAgent.Answering("[]");
        var variables = new Dictionary<string, string> { ["CILIATE_SOCKET"] = agent.Path };
        Assert.Equal(ExitCode.Ok, (await Run.Async(["identity", "list"], variables: variables)).ExitCode);
        Assert.Contains("agent at /run/none.sock:", (await Run.Async(["identity", "list", "--socket", "none.sock"], "/run", variables: variables)).Error, StringComparison.Ordinal);
        Assert.Equal("/run/ciliate/ciliate.sock", Api.AgentClient.DefaultSocketPath);
    }

    [Theory]
    [InlineData("version")]
    [InlineData("--version")]
    public async Task The_version_is_told(string argument) => Assert.Equal(new Run(ExitCode.Ok, "ciliate 0.1.0\n", ""), await Run.Async([argument]));

    [Theory]
    [InlineData("bash", "complete -o default -F _ciliate ciliate")]
    [InlineData("zsh", "compdef _ciliate ciliate")]
    [InlineData("fish", "complete --command ciliate")]
    public async Task Each_shell_gets_a_script(string shell, string expected) =>
        Assert.Contains(expected, (await Run.Async(["completion", shell])).Out, StringComparison.Ordinal);

    [Fact]
    public async Task Completion_offers_commands_options_and_values()
    {
        Assert.Contains("endpoint\n", (await Run.Async(["[suggest:9]", "ciliate e"])).Out, StringComparison.Ordinal);
        Assert.Contains("--netns\n", (await Run.Async(["[suggest:27]", "ciliate endpoint add web --"])).Out, StringComparison.Ordinal);
        Assert.Contains("forwarded\n", (await Run.Async(["[suggest:27]", "ciliate observe --verdict f"])).Out, StringComparison.Ordinal);
    }
}
