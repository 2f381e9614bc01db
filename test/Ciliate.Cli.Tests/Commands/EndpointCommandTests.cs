namespace Ciliate.Cli.Tests.Commands;

public sealed class EndpointCommandTests
{
    [Fact]
    public async Task The_list_is_a_table_for_people()
    {
        using var agent = FakeAgent.Answering(Repository.ListOf("EndpointResource"));
        Run run = await Run.Async(agent, "endpoint", "list");
        Assert.Equal(
            """
            ID   NAME   STATE   IDENTITY   LABELS              IPV4         IPV6          POLICY    REVISION
            3    web    ready   256        container:app=web   10.101.0.3   fd00:101::3   ingress   5

            """,
            run.Out);
        Assert.Equal((ExitCode.Ok, ""), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task The_list_is_the_agents_objects_as_JSON()
    {
        string list = Repository.ListOf("EndpointResource");
        using var agent = FakeAgent.Answering(list);
        Run run = await Run.Async(agent, "endpoint", "list", "-o", "json");
        Assert.Equal(Repository.Compact(list), Repository.Compact(run.Out));
        Assert.StartsWith("[\n  {\n    \"id\": 3,\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_list_is_its_headers_alone()
    {
        using var agent = FakeAgent.Answering("[]");
        Run run = await Run.Async(agent, "endpoint", "list");
        Assert.Equal("ID   NAME   STATE   IDENTITY   LABELS   IPV4   IPV6   POLICY   REVISION\n", run.Out);
    }

    [Fact]
    public async Task One_endpoint_is_shown_in_full()
    {
        using var agent = FakeAgent.Answering(Repository.Example("EndpointResource"));
        Run run = await Run.Async(agent, "endpoint", "get", "name:3");
        Assert.Equal(
            """
            Id             3
            Name           web
            State          ready
            Namespace      /run/netns/web
            Identity       256
            Labels         container:app=web
            IPv4           10.101.0.3
            IPv6           fd00:101::3
            Interface      eth0 0a:c1:00:00:01:03
            Host end       cil3 0a:c1:00:00:00:03 (index 14)
            Policy         ingress, revision 5, generation 7
            Policies       default/web
            Egress         120 packets, 9200 bytes
            Ingress        98 packets, 64000 bytes
            Drops          3 packets
            Judged again   12 packets

            """,
            run.Out);
        Assert.StartsWith("GET /v1/endpoint/name%3A3 HTTP/1.1\r\n", agent.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_sends_what_was_asked_with_paths_made_absolute()
    {
        using var agent = FakeAgent.Answering(Repository.Example("EndpointResource"), "201 Created");
        Run run = await Run.Async(
            ["endpoint", "add", "web", "--netns", "ns/web", "--label", "app=web", "--label", "tier=front", "--interface", "net0", "--ipv4", "10.101.0.3",
             "--socket", agent.Path],
            directory: "/run");
        Assert.Equal((ExitCode.Ok, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("PUT /v1/endpoint/web HTTP/1.1\r\n", agent.Requests[0], StringComparison.Ordinal);
        Assert.EndsWith(
            """{"labels":["app=web","tier=front"],"netns":"/run/ns/web","container-interface-name":"net0","addressing":{"ipv4":"10.101.0.3"}}""",
            agent.Requests[0], StringComparison.Ordinal);
        Assert.Contains("3    web", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_takes_a_process_instead_of_a_path()
    {
        using var agent = FakeAgent.Answering(Repository.Example("EndpointResource"), "201 Created");
        await Run.Async(agent, "endpoint", "add", "web", "--pid", "4711");
        Assert.EndsWith("""{"labels":[],"pid":4711}""", agent.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_agent_refuses_is_one_line_and_exit_code_1()
    {
        using var agent = FakeAgent.Answering("""{"error":"endpoint \"web\" exists already (id 3)","code":"conflict"}""", "409 Conflict");
        Run run = await Run.Async(agent, "endpoint", "add", "web", "--pid", "1", "-o", "json");
        Assert.Equal(new Run(ExitCode.Failed, "", "ciliate: endpoint \"web\" exists already (id 3)\n"), run);
    }

    [Fact]
    public async Task An_error_cannot_break_the_line_or_steer_the_terminal()
    {
        using var agent = FakeAgent.Answering("""{"error":"a\nb\u001b[2Jc","code":"invalid"}""", "400 Bad Request");
        Assert.Equal("ciliate: a b [2Jc\n", (await Run.Async(agent, "status")).Error);
    }

    [Theory]
    [InlineData("app", "tier=front")]
    [InlineData("app=web", "tier=front")]
    [InlineData("container:app=web", "tier=front")]
    public async Task Labels_are_those_before_without_the_deleted_and_with_the_added(string deleted, string added)
    {
        using var agent = FakeAgent.Answering(Repository.Example("EndpointResource"));
        Run run = await Run.Async(agent, "endpoint", "labels", "web", "--delete", deleted, "-a", added);
        Assert.Equal((ExitCode.Ok, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("PATCH /v1/endpoint/web/labels HTTP/1.1\r\n", agent.Requests[1], StringComparison.Ordinal);
        Assert.EndsWith($$"""{"user":["{{added}}"]}""", agent.Requests[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_label_that_is_not_there_cannot_be_deleted()
    {
        using var agent = FakeAgent.Answering(Repository.Example("EndpointResource"));
        Run run = await Run.Async(agent, "endpoint", "labels", "web", "--delete", "ap");
        Assert.Equal(new Run(ExitCode.Failed, "", "ciliate: endpoint 'web' has no label 'ap'; ciliate endpoint get shows those it has\n"), run);
        Assert.Single(agent.Requests);
    }

    [Fact]
    public async Task Delete_tells_it_on_the_side_of_messages()
    {
        using var agent = FakeAgent.Saying("HTTP/1.1 204 No Content\r\n\r\n");
        Assert.Equal(new Run(ExitCode.Ok, "", "endpoint web deleted\n"), await Run.Async(agent, "endpoint", "delete", "web"));
        Assert.StartsWith("DELETE /v1/endpoint/web HTTP/1.1\r\n", agent.Requests[0], StringComparison.Ordinal);
    }
}
