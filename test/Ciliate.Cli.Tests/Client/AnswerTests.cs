using System.Text;
using Ciliate.Api;

namespace Ciliate.Cli.Tests.Client;

/// <summary>Every way an answer may be cut up on the wire, and every way it may be wrong.</summary>
public sealed class AnswerTests
{
    private const string Head = "HTTP/1.1 200 OK\r\n";
    private const string List = """[{"id":256,"labels":["container:app=web"],"endpoints":["web"]}]""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_of_a_told_length_is_read_byte_by_byte()
    {
        string[] bytes = [.. FakeAgent.Response(List).Select(character => character.ToString())];
        using var agent = FakeAgent.Saying(bytes);
        await AssertIsTheListAsync(agent);
    }

    [Fact]
    public async Task A_chunked_answer_is_put_together_with_extensions_and_trailers()
    {
        using var agent = FakeAgent.Saying(
            $"{Head}Transfer-Encoding: chunked\r\n\r", $"\n5;name=value\r\n{List[..5]}\r", $"\n{List.Length - 5:x}\r\n", List[5..], "\r\n0\r\nX-Trailer: 1\r\n", "\r\n");
        await AssertIsTheListAsync(agent);
    }

    [Fact]
    public async Task An_answer_without_a_length_ends_with_the_connection()
    {
        using var agent = FakeAgent.Saying($"HTTP/1.0 200 OK\r\n\r\n{List[..7]}", List[7..]);
        await AssertIsTheListAsync(agent);
    }

    [Fact]
    public async Task Informational_answers_are_skipped()
    {
        using var agent = FakeAgent.Saying($"HTTP/1.1 100 Continue\r\n\r\n{FakeAgent.Response(List)}");
        await AssertIsTheListAsync(agent);
    }

    [Fact]
    public async Task A_large_answer_comes_whole()
    {
        string item = List[1..^1];
        using var agent = FakeAgent.Answering($"[{string.Join(',', Enumerable.Repeat(item, 20_000))}]");
        Assert.Equal(20_000, (await new AgentClient(agent.Path).GetIdentitiesAsync(Token)).Count);
    }

    [Theory]
    [InlineData("", "closed in the middle")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le", "closed in the middle")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[", "closed in the middle")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[", "closed in the middle")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[", "closed in the middle")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "does not speak HTTP")]
    [InlineData("HTTP/1.1 abc OK\r\n\r\n", "does not speak HTTP")]
    [InlineData("HTTP/1.1 2\r\n\r\n", "does not speak HTTP")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "has no name")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "\"-1\" is not a number")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "\"gzip\" is not supported")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "no size")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[]\r\n", "longer than it says")]
    public async Task What_is_no_answer_is_told_with_the_socket_and_the_request(string answer, string expected)
    {
        using var agent = FakeAgent.Saying(answer);
        ApiException e = await FailAsync(agent);
        Assert.Equal(ApiErrorCode.Unavailable, e.Code);
        Assert.StartsWith($"no answer from the agent at {agent.Path} to GET /v1/identity: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_without_end_is_refused()
    {
        using var line = FakeAgent.Saying(new string('x', 100_000));
        Assert.Contains("longer than 8192 bytes", (await FailAsync(line)).Message, StringComparison.Ordinal);
        using var fields = FakeAgent.Saying(Head + string.Concat(Enumerable.Repeat("a: b\r\n", 1000)));
        Assert.Contains("more than 100 header fields", (await FailAsync(fields)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"id":"x","labels":[],"endpoints":[]}]""", "at $[0].id")]
    [InlineData("""[{"id":1}]""", "cannot read")]
    [InlineData("null", "cannot read")]
    [InlineData("[", "cannot read")]
    public async Task JSON_of_another_shape_is_not_taken_for_an_answer(string json, string expected)
    {
        using var agent = FakeAgent.Answering(json);
        ApiException e = await FailAsync(agent);
        Assert.Equal(ApiErrorCode.Internal, e.Code);
        Assert.StartsWith("cannot read the agent's answer to GET /v1/identity", e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_that_a_newer_agent_adds_are_skipped()
    {
        using var agent = FakeAgent.Answering(List.Replace("{", """{"new":{"x":[1]},""", StringComparison.Ordinal));
        await AssertIsTheListAsync(agent);
    }

    [Theory]
    [InlineData("409 Conflict", """{"error":"endpoint \"web\" exists already (id 3)","code":"conflict"}""", "endpoint \"web\" exists already (id 3)", "conflict")]
    [InlineData("404 Not Found", "", "the agent answered 404 Not Found and no reason; its version may differ from this one's", "not-found")]
    [InlineData("500 Internal Server Error", "<html>", "the agent answered 500 Internal Server Error and no reason; its version may differ from this one's", "internal")]
    [InlineData("413 Too Large", "{}", "the agent answered 413 Too Large and no reason; its version may differ from this one's", "invalid")]
    public async Task An_error_of_the_agent_is_passed_on(string status, string body, string message, string code)
    {
        using var agent = FakeAgent.Answering(body, status);
        ApiException e = await FailAsync(agent);
        Assert.Equal((message, code), (e.Message, e.Code));
    }

    [Fact]
    public async Task An_agent_that_never_answers_is_given_up()
    {
        using var agent = new FakeAgent((_, _, token) => Task.Delay(-1, token));
        var client = new AgentClient(agent.Path) { Timeout = TimeSpan.FromMilliseconds(100) };
        ApiException e = await Assert.ThrowsAsync<ApiException>(() => client.GetStatusAsync(Token));
        Assert.Equal($"the agent at {agent.Path} did not answer GET /v1/healthz within 0.1 s", e.Message);
    }

    [Fact]
    public async Task A_change_has_more_time_than_a_question()
    {
        using var agent = new FakeAgent((_, _, token) => Task.Delay(-1, token));
        var client = new AgentClient(agent.Path) { ChangeTimeout = TimeSpan.FromMilliseconds(200) };
        ApiException e = await Assert.ThrowsAsync<ApiException>(() => client.DeletePolicyAsync("web", Token));
        Assert.Equal($"the agent at {agent.Path} did not answer DELETE /v1/policy/web within 0.2 s", e.Message);
        Assert.True(new AgentClient(agent.Path).ChangeTimeout >= TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task Who_cancels_gets_a_cancellation_and_not_an_error()
    {
        using var agent = new FakeAgent((_, _, token) => Task.Delay(-1, token));
        using var cancel = new CancellationTokenSource(50);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new AgentClient(agent.Path).GetStatusAsync(cancel.Token));
    }

    [Fact]
    public async Task An_answer_that_comes_before_the_request_is_read_is_still_read()
    {
        using var agent = new FakeAgent(static (_, _, _) => Task.CompletedTask);
        string path = agent.Path + "2";
        using var listener = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
        listener.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(path));
        listener.Listen();
        Task<PolicyChange> call = new AgentClient(path).PutPoliciesAsync([new PolicyFile("big.yaml", new string('x', 8_000_000))], Token);
        using (System.Net.Sockets.Socket connection = await listener.AcceptAsync(Token))
        {
            await connection.SendAsync(Encoding.ASCII.GetBytes(FakeAgent.Response("""{"error":"too large","code":"invalid"}""", "413 Too Large")), Token);
            connection.Shutdown(System.Net.Sockets.SocketShutdown.Both);
            Assert.Equal("too large", (await Assert.ThrowsAsync<ApiException>(() => call)).Message);
        }

        File.Delete(path);
    }

    private static async Task AssertIsTheListAsync(FakeAgent agent)
    {
        IdentityEntry identity = Assert.Single(await new AgentClient(agent.Path).GetIdentitiesAsync(Token));
        Assert.Equal(256u, identity.Id);
        Assert.Equal(["container:app=web"], identity.Labels);
        Assert.Equal(["web"], identity.Endpoints);
    }

    private static Task<ApiException> FailAsync(FakeAgent agent) =>
        Assert.ThrowsAsync<ApiException>(() => new AgentClient(agent.Path).GetIdentitiesAsync(Token));
}
