using System.Net.Sockets;
using System.Text;

namespace Ciliate.Cli.Tests.Commands;

public sealed class ObserveCommandTests
{
    private static readonly string Flow = Repository.Compact(Repository.Example("Flow"));

    [Fact]
    public async Task A_verdict_is_one_line_with_names_ports_reason_and_rule()
    {
        using var agent = FakeAgent.Answering($"{Flow}\n");
        Run run = await Run.Async(agent, "observe");
        Assert.EndsWith(
            "  dropped    ingress  client 10.101.0.4:41234 -> web 10.101.0.3:8080  TCP SYN  policy denied ingress  [default-deny]  #311\n",
            run.Out, StringComparison.Ordinal);
        Assert.StartsWith("GET /v1/flows?last=20 HTTP/1.1\r\n", agent.Requests[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"ICMPv6":{"type":128,"code":0}}""", "client fd00::4 -> web fd00::3  ICMPv6 type 128 code 0")]
    [InlineData("""{"ICMPv4":{}}""", "client fd00::4 -> web fd00::3  ICMP")]
    [InlineData("""{"UDP":{"source_port":5,"destination_port":53}}""", "client [fd00::4]:5 -> web [fd00::3]:53  UDP")]
    [InlineData("""{"protocol":132}""", "client fd00::4 -> web fd00::3  protocol 132")]
    public async Task Every_protocol_has_its_words(string layer4, string expected)
    {
        string tcp = """{"TCP":{"source_port":41234,"destination_port":8080,"flags":{"SYN":true}}}""";
        Assert.Contains(tcp, Flow, StringComparison.Ordinal);
        string flow = Flow.Replace(tcp, layer4, StringComparison.Ordinal)
            .Replace("10.101.0.", "fd00::", StringComparison.Ordinal);
        using var agent = FakeAgent.Answering($"{flow}\n");
        Assert.Contains($"  {expected}  policy denied", (await Run.Async(agent, "observe")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_without_a_name_is_told_by_its_identity_and_a_packet_without_IP_by_its_summary()
    {
        string flow = """{"time":"2026-01-31T20:46:32Z","verdict":"FORWARDED","traffic_direction":"EGRESS","is_reply":true,"Type":"L3_L4","Summary":"not IP","source":{"ID":0,"identity":2,"labels":["reserved:world"]},"destination":{"ID":0,"identity":300,"labels":[]},"generation":1,"length":60}""";
        using var agent = FakeAgent.Answering($"{flow}\n");
        Assert.EndsWith("  forwarded  egress   reserved:world -> identity 300  not IP  reply\n", (await Run.Async(agent, "observe")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_JSON_each_flow_is_one_line_and_a_gap_is_a_message()
    {
        string lost = Repository.Compact(Repository.Example("LostFlows"));
        using var agent = FakeAgent.Answering($"{Flow}\n{lost}\n{Flow}\n");
        Run run = await Run.Async(agent, "observe", "-o", "json");
        Assert.Equal($"{Flow}\n{Flow}\n", run.Out);
        Assert.Equal("ciliate: 12 verdicts are missing here: this reader was too slow\n", run.Error);
    }

    [Fact]
    public async Task Filters_reach_the_agent()
    {
        using var agent = FakeAgent.Answering("");
        Run run = await Run.Async(agent, "observe", "--verdict", "dropped", "--from", "web", "--to", "app=db", "--port", "5432", "--protocol", "tcp", "--last", "7");
        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.StartsWith(
            "GET /v1/flows?last=7&verdict=dropped&from=web&to=app%3Ddb&port=5432&protocol=tcp HTTP/1.1\r\n", agent.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Following_ends_well_when_it_is_interrupted()
    {
        using var cancel = new CancellationTokenSource();
        using var agent = new FakeAgent(async (_, socket, token) =>
        {
            await SendAsync(socket, $"HTTP/1.1 200 OK\r\n\r\n{Flow}\n", token);
            await Task.Delay(100, token);
            await cancel.CancelAsync();
            await Task.Delay(-1, token);
        });
        Run run = await Run.Async(["observe", "--follow", "-o", "json", "--socket", agent.Path], interrupt: cancel);
        Assert.Equal(new Run(ExitCode.Ok, $"{Flow}\n", ""), run);
    }

    [Fact]
    public async Task Following_fails_when_the_agent_stops()
    {
        using var agent = FakeAgent.Answering($"{Flow}\n");
        Run run = await Run.Async(agent, "observe", "--follow");
        Assert.Equal((ExitCode.Failed, "ciliate: the agent ended the stream of verdicts: it was stopped\n"), (run.ExitCode, run.Error));
    }

    private static async Task SendAsync(Socket socket, string text, CancellationToken token) => await socket.SendAsync(Encoding.UTF8.GetBytes(text), token);
}
