namespace Ciliate.Cli.Tests.Commands;

public sealed class ProgramCommandTests
{
    private static readonly string s_own = Repository.Example("EndpointProgramResource");

    /// <summary>Its jump leads to its first instruction.</summary>
    private static readonly string s_looping = s_own.Replace("40", "22", StringComparison.Ordinal);

    [Fact]
    public async Task A_program_is_a_column()
    {
        using var agent = FakeAgent.Answering(s_own);
        Run run = await Run.Async(agent, "endpoint", "program", "web");
        Assert.Equal(
            """
                            FROM_CONTAINER
            programs        its own
            kernel id       218
            instructions    7524 -> 5698 -> 5861
            machine code    27527 bytes
            verified        53546 instructions
            made in         31.2 ms
            loaded in       28.4 ms
            features in     ipv4
                            ipv6
            features out    masquerade-ipv4
                            masquerade-ipv6
                            masquerade-all-protocols
                            policy-as-code
                            endpoint-lookup
            maps            endpoints
                            flows
            maps out        interfaces
            functions out   claim_port
            own_endpoint    3

            """,
            run.Out);
        Assert.Equal((ExitCode.Ok, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("GET /v1/endpoint/web/program HTTP", agent.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_instructions_are_listed_with_their_source()
    {
        using var agent = FakeAgent.Answering(s_own);
        Run run = await Run.Async(agent, "endpoint", "program", "web", "--disasm", "--source");
        Assert.EndsWith(
            """

            from_container:
            ; bpf/lib/own.h:24: *id = own_endpoint;
                22: r8 = 7
                23: if r1 == 0 goto 40

            """,
            run.Out, StringComparison.Ordinal);
        Assert.StartsWith("GET /v1/endpoint/web/program?code=true HTTP", agent.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_programs_are_compared_by_what_they_do_and_not_by_where_it_stands()
    {
        string moved = s_looping.Replace("22", "32", StringComparison.Ordinal).Replace("23", "33", StringComparison.Ordinal);
        string generic = moved.Replace("r8 = 7", "r8 = *(u32 *)(r1 +0)", StringComparison.Ordinal);

        Assert.Equal(("", "the programs of web and db are the same\n"), await Compare(moved, "db"));
        Assert.Equal(
            ("""
            from_container: -1 web, +1 generic
            - r8 = 7
            + r8 = *(u32 *)(r1 +0)
              if r1 == 0 goto own.h:24

            """, ""),
            await Compare(generic, "generic"));
    }

    [Theory]
    [InlineData("--source goes with --disasm or --diff", "--source")]
    [InlineData("give --disasm or --diff, one of the two", "--disasm", "--diff", "db")]
    public async Task Options_that_do_not_go_together_are_refused(string problem, params string[] options)
    {
        using var agent = FakeAgent.Answering(s_own);
        Run run = await Run.Async(agent, ["endpoint", "program", "web", .. options]);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(problem, run.Error, StringComparison.Ordinal);
    }

    private static async Task<(string Out, string Error)> Compare(string other, string name)
    {
        using var agent = new FakeAgent(async (request, socket, token) =>
        {
            string path = name == "generic" ? "/v1/program" : $"/v1/endpoint/{name}/program";
            string body = request.StartsWith($"GET {path}?code=true ", StringComparison.Ordinal) ? other : s_looping;
            await socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(FakeAgent.Response(body)), token);
        });
        Run run = await Run.Async(agent, "endpoint", "program", "web", "--diff", name);
        return (run.Out, run.Error);
    }
}
