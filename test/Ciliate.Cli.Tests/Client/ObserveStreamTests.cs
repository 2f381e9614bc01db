using System.Text;
using Ciliate.Api;

namespace Ciliate.Cli.Tests.Client;

public sealed class ObserveStreamTests
{
    private const string Head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    private const string End = "0\r\n\r\n";

    private static readonly string Flow = Repository.Compact(Repository.Example("Flow"));
    private static readonly string Lost = Repository.Compact(Repository.Example("LostFlows"));

    [Fact]
    public async Task Lines_that_are_cut_anywhere_are_put_together()
    {
        string lines = $"{Flow}\n{Lost}\n\n{Flow}\n";
        for (int cut = 1; cut < lines.Length; cut += 37)
        {
            using var agent = FakeAgent.Saying(Head + Chunk(lines[..cut]), Chunk(lines[cut..]) + End);
            IReadOnlyList<FlowLine> read = await ReadAsync(agent);
            Assert.Equal([true, false, true], read.Select(line => line.Flow is not null));
            Assert.Equal(new LostFlowCount(LostFlowCount.Reader, 12), read[1].Lost);
            Assert.Equal("policy denied ingress", read[2].Flow!.DropReason);
        }
    }

    [Fact]
    public async Task A_stream_without_flows_ends_at_once()
    {
        using var agent = FakeAgent.Saying(Head + End);
        Assert.Empty(await ReadAsync(agent));
    }

    [Fact]
    public async Task What_came_before_the_agent_died_is_delivered_and_then_its_death_is_told()
    {
        using var agent = FakeAgent.Saying(Head + Chunk($"{Flow}\n"));
        var read = new List<FlowLine>();
        ApiException e = await Assert.ThrowsAsync<ApiException>(async () =>
        {
            await foreach (FlowLine line in new AgentClient(agent.Path).ObserveAsync(new FlowQuery(), TestContext.Current.CancellationToken))
                read.Add(line);
        });
        Assert.Single(read);
        Assert.Contains("closed in the middle", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"time\":1}\n", "cannot read")]
    [InlineData("garbage\n", "cannot read")]
    [InlineData("{\"time\":", "closed in the middle")]
    public async Task A_line_that_is_no_flow_is_told(string line, string expected)
    {
        using var agent = FakeAgent.Saying(Head + Chunk(line) + End);
        Assert.Contains(expected, (await Assert.ThrowsAsync<ApiException>(() => ReadAsync(agent))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_without_end_is_refused()
    {
        using var agent = FakeAgent.Saying(Head + Chunk(new string('x', 3_000_000)));
        Assert.Contains("longer than 1048576 bytes", (await Assert.ThrowsAsync<ApiException>(() => ReadAsync(agent))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_reaches_the_agent_with_its_values_escaped()
    {
        using var agent = FakeAgent.Saying(Head + End);
        var query = new FlowQuery(5, true, "dropped", "app=web & more", "fd00::1", 80, "tcp");
        await ReadAsync(agent, query);
        Assert.StartsWith(
            "GET /v1/flows?last=5&follow=true&verdict=dropped&from=app%3Dweb%20%26%20more&to=fd00%3A%3A1&port=80&protocol=tcp HTTP/1.1\r\n",
            agent.Requests[0], StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<FlowLine>> ReadAsync(FakeAgent agent, FlowQuery? query = null)
    {
        var lines = new List<FlowLine>();
        await foreach (FlowLine line in new AgentClient(agent.Path).ObserveAsync(query ?? new FlowQuery(), TestContext.Current.CancellationToken))
            lines.Add(line);
        return lines;
    }

    private static string Chunk(string text) => $"{Encoding.UTF8.GetByteCount(text):x}\r\n{text}\r\n";
}
