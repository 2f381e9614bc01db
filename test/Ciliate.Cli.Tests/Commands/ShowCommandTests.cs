namespace Ciliate.Cli.Tests.Commands;

public sealed class ShowCommandTests
{
    [Fact]
    public async Task Status_is_a_page_for_people()
    {
        using var agent = FakeAgent.Answering(Repository.Example("StatusResource"));
        Assert.Equal(
            """
            Agent        ok since 2026-01-31T12:00:00Z: all endpoints are connected and protected
            Version      0.1.0, up 3m12s, kernel 6.18.5
            Hooks        tcx
            IPv4         10.101.0.0/24, gateway 10.101.0.1, 4 of 253 addresses used
            IPv6         fd00:101::/64, gateway fd00:101::1, 4 of 9007199254740991 addresses used
            Endpoints    4, 4 ready
            Identities   3
            Policies     2, revision 5
            Flows        12 of 65536
            Collection   15 flows seen, 3 removed, longest step 0.214 ms, ever 0.871 ms
            Masquerade   IPv4 active, IPv6 no interface with an IPv6 default route has an IPv6 address, ports 16384-32767
            Uplink       eth0, 198.51.100.2
            Uplink       wan*: there is no such interface
            Events       311 seen, 0 lost
            Drops        18 packets, 1332 bytes ingress: policy denied ingress

            """,
            (await Run.Async(agent, "status")).Out);
    }

    [Theory]
    [InlineData("policy", "PolicyMapEntry", """
        ENDPOINT   DIRECTION   ACTION   PEER                       PROTOCOL   PORT   PRECEDENCE   GENERATION   RULE
        3 web      ingress     allow    257 container:app=client   TCP        8080   1            7            default/web/ingress[0]

        """)]
    [InlineData("flow", "FlowMapEntry", """
        PROTOCOL   SOURCE                    DESTINATION           STATE         EXPIRES   EGRESS RULE                INGRESS RULE
        TCP        client 10.101.0.4:41234   web 10.101.0.3:8080   established   7200s     default/client/egress[0]   default/web/ingress[0]

        """)]
    [InlineData("nat", "NatMapEntry", """
        PROTOCOL   ENDPOINT   CONTAINER          LOCAL                REMOTE            UPLINK
        TCP        4 client   10.101.0.4:41234   198.51.100.2:17000   203.0.113.7:443   eth0

        """)]
    [InlineData("ipcache", "IpcacheMapEntry", """
        PREFIX          IDENTITY   LABELS
        10.101.0.3/32   256        container:app=web

        """)]
    [InlineData("endpoint", "EndpointMapEntry", """
        ENDPOINT   GENERATION   SLOT   IDENTITY   INTERFACE   MAC                 IPV4         IPV6          FLOWS   INCOMING
        3 web      7            9      256        14          0a:c1:00:00:01:03   10.101.0.3   fd00:101::3   12      5

        """)]
    public async Task Maps_are_tables(string map, string example, string expected)
    {
        using var agent = FakeAgent.Answering(Repository.ListOf(example));
        Assert.Equal(expected, (await Run.Async(agent, "bpf", map, "list")).Out);
        Assert.StartsWith($"GET /v1/map/{map} HTTP/1.1\r\n", agent.Requests[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0, "any")]
    [InlineData(8080, 16, "8080")]
    [InlineData(8000, 13, "8000-8007")]
    [InlineData(0, 16, "0")]
    [InlineData(32768, 1, "32768-65535")]
    public async Task Ports_of_a_table_are_shown_as_ranges(int port, int bits, string expected)
    {
        string entry = Repository.ListOf("PolicyMapEntry").Replace("8080", $"{port}", StringComparison.Ordinal)
            .Replace("\"port-prefix-length\": 16", $"\"port-prefix-length\": {bits}", StringComparison.Ordinal);
        using var agent = FakeAgent.Answering(entry);
        Assert.Contains($"TCP        {expected} ", (await Run.Async(agent, "bpf", "policy", "list")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Identities_are_a_table()
    {
        using var agent = FakeAgent.Answering("""[{"id":1,"labels":["reserved:host"],"endpoints":[]},{"id":256,"labels":["container:app=web"],"endpoints":["a","b"]}]""");
        Assert.Equal(
            """
            ID    LABELS              ENDPOINTS
            1     reserved:host       -
            256   container:app=web   a,b

            """,
            (await Run.Async(agent, "identity", "list")).Out);
    }

    [Fact]
    public async Task Piped_rows_are_never_wrapped_or_cut()
    {
        string label = $"container:long={new string('x', 3000)}";
        using var agent = FakeAgent.Answering($$"""[{"id":256,"labels":["{{label}}"],"endpoints":["web"]}]""");
        string[] lines = (await Run.Async(agent, "identity", "list")).Out.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Equal($"256   {label}   web", lines[1]);
    }

    [Fact]
    public async Task Colours_are_for_terminals_that_want_them()
    {
        using var agent = FakeAgent.Answering(Repository.ListOf("EndpointResource"));
        string[] arguments = ["endpoint", "list", "--socket", agent.Path];
        var colourful = new Dictionary<string, string> { ["TERM"] = "xterm" };
        Assert.Contains("\e[", (await Run.Async(arguments, isTerminal: true, variables: colourful)).Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[", (await Run.Async(arguments, isTerminal: false, variables: colourful)).Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[", (await Run.Async(arguments, isTerminal: true, variables: new() { ["TERM"] = "dumb" })).Out, StringComparison.Ordinal);
        colourful["NO_COLOR"] = "1";
        Assert.DoesNotContain("\e[", (await Run.Async(arguments, isTerminal: true, variables: colourful)).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_cannot_steer_the_terminal()
    {
        using var agent = FakeAgent.Answering("""[{"id":256,"labels":["[red]x[/]\u001b[2J"],"endpoints":["web"]}]""");
        Assert.Contains("256   [red]x[/] [2J   web\n", (await Run.Async(agent, "identity", "list")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_of_a_full_flow_table_is_written_in_a_moment()
    {
        string entry = Repository.Compact(Repository.Example("FlowMapEntry"));
        using var agent = FakeAgent.Answering($"[{string.Join(',', Enumerable.Repeat(entry, 65_536))}]");
        Run run = await Run.Async(agent, "bpf", "flow", "list").WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal(65_537, run.Out.Count(character => character == '\n'));
    }
}
