namespace Ciliate.Cli.Tests.Commands;

public sealed class ExplainCommandTests
{
    [Fact]
    public async Task The_answer_is_the_verdict_of_both_sides_with_rules_and_files()
    {
        using var agent = FakeAgent.Answering(Repository.Example("ExplainResource"));

        Run run = await Run.Async(agent, "policy", "explain", "--from", "client", "--to", "app=web", "--port", "8080/tcp");

        Assert.Equal(
            """
            DIRECTION   ENDPOINT                 RESULT    RULE                 FILE
            recorded    -                        denied    default-deny         -
            both        client -> web TCP 8080   denied    -                    -
            egress      client                   allowed   not-enforced         -
            ingress     web                      denied    web/ingressDeny[0]   policies/web.yaml

            """,
            run.Out);
        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.StartsWith("GET /v1/explain?from=client&to=app%3Dweb&protocol=TCP&port=8080 HTTP/1.1\r\n", agent.Requests[0], StringComparison.Ordinal);
    }

    [Theory, InlineData(20), InlineData(10_000)]
    public async Task Of_many_rules_the_table_shows_the_nearest_and_how_many_there_are(int rules)
    {
        string candidates = string.Join(',', Enumerable.Range(0, rules).Select(i => $$"""{"rule": "p/ingress[{{i}}]", "outcome": "speaks of other ports"}"""));
        using var agent = FakeAgent.Answering($$"""
            {"from": {"identity": 257, "labels": [], "name": "a"}, "to": {"identity": 258, "labels": [], "name": "b"}, "packet": "UDP 53", "verdict": "denied",
             "ingress": {"endpoint": "b", "verdict": "denied", "rule": "default-deny", "candidates": [{{candidates}}]} }
            """);
        string[] question = ["policy", "explain", "--from", "a", "--to", "b", "--port", "53/udp"];

        Run table = await Run.Async(agent, question);
        Run json = await Run.Async(agent, [.. question, "-o", "json"]);

        Assert.Equal(Math.Min(rules, 20), table.Out.Split("speaks of other ports").Length - 1);
        Assert.Equal(rules > 20, table.Out.Contains("… and 9980 more", StringComparison.Ordinal));
        Assert.Equal(rules, json.Out.Split("speaks of other ports").Length - 1);
    }

    [Fact]
    public async Task What_never_passes_is_told_with_the_reason_of_the_drop()
    {
        using var agent = FakeAgent.Answering("""
            {"from": {"identity": 257, "labels": [], "name": "client"}, "to": {"identity": 2, "labels": [], "address": "224.0.0.1"},
             "packet": "UDP 53", "verdict": "denied", "drop-reason": "multicast", "drop-meaning": "multicast is not carried"}
            """);

        Run run = await Run.Async(agent, "policy", "explain", "--from", "client", "--to", "224.0.0.1", "--port", "53/udp");

        Assert.Matches(@"\nboth +client -> 224\.0\.0\.1 UDP 53 +denied +not by policy: multicast \(multicast is not carried\) +-\n", run.Out);
    }

    [Fact]
    public async Task Of_a_flow_comes_first_what_happened_and_not_the_rule_that_had_no_part_in_it()
    {
        using var agent = FakeAgent.Answering("""
            {"from": {"identity": 257, "labels": [], "name": "a", "address": "10.101.0.3"}, "to": {"identity": 258, "labels": [], "name": "c", "address": "10.101.0.4"},
             "packet": "UDP 2", "verdict": "denied", "drop-reason": "spoofed address", "drop-meaning": "the source address is not the container's",
             "recorded": {"verdict": "denied", "rule": "not-enforced", "drop-reason": "spoofed address"} }
            """);

        Run run = await Run.Async(agent, "policy", "explain", "--flow", "12");

        Assert.Equal(
            """
            DIRECTION   ENDPOINT                    RESULT   RULE                                                                        FILE
            recorded    -                           denied   spoofed address                                                             -
            both        a [10.101.0.3] -> c UDP 2   denied   not by policy: spoofed address (the source address is not the container's)   -

            """.Replace(" ", "", StringComparison.Ordinal),
            run.Out.Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(ExitCode.Ok, run.ExitCode);
    }

    [Theory]
    [InlineData("from=host&to=world&protocol=icmp&icmp-type=echo-request", "--from", "host", "--to", "world", "--icmp", "echo-request")]
    [InlineData("from=a&to=b&protocol=icmpv6&icmp-type=128", "--from", "a", "--to", "b", "--icmpv6", "128")]
    [InlineData("from=a&to=b&protocol=47", "--from", "a", "--to", "b", "--protocol", "47")]
    [InlineData("from=a&to=b&protocol=UDP&port=53", "--from", "a", "--to", "b", "--port", "53/udp")]
    [InlineData("flow=311", "--flow", "311")]
    public async Task Every_way_to_ask_reaches_the_agent(string query, params string[] options)
    {
        using var agent = FakeAgent.Answering(Repository.Example("ExplainResource"));
        Assert.Equal(ExitCode.Ok, (await Run.Async(agent, ["policy", "explain", .. options])).ExitCode);
        Assert.StartsWith($"GET /v1/explain?{query} HTTP/1.1\r\n", agent.Requests[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("give --from, --to and one of", "--from", "a", "--to", "b")]
    [InlineData("give --from, --to and one of", "--from", "a", "--port", "1")]
    [InlineData("give --from, --to and one of", "--from", "a", "--to", "b", "--port", "1", "--icmp", "8")]
    [InlineData("give --from, --to and one of", "--flow", "1", "--from", "a")]
    [InlineData("--port \"0\" is not a port", "--from", "a", "--to", "b", "--port", "0")]
    [InlineData("--port \"80/icmp\" is not a port", "--from", "a", "--to", "b", "--port", "80/icmp")]
    public async Task What_is_no_question_is_refused(string problem, params string[] options)
    {
        using var agent = FakeAgent.Answering("{}");
        Run run = await Run.Async(agent, ["policy", "explain", .. options]);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(problem, run.Error, StringComparison.Ordinal);
    }
}
