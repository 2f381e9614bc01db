using System.Net;
using System.Net.Sockets;
using Ciliate.Agent.Api;
using Ciliate.Agent.Health;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Api;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ciliate.Agent.Tests.Health;

/// <summary>What the API says of an agent in each phase of its life.</summary>
public sealed class ProbeTests : IAsyncLifetime
{
    private readonly TestAgent _agent = new();
    private ApiServer _api = null!;
    private HttpClient _http = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _api = await ApiServer.StartAsync(_agent.Services, NullLoggerProvider.Instance, Cancellation);
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync }) { BaseAddress = new Uri("http://localhost") };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _api.DisposeAsync();
        _agent.Dispose();
    }

    [Fact]
    public async Task Until_it_is_ready_everything_is_answered_with_the_reason()
    {
        (HttpStatusCode ready, string sentence) = await GetAsync("/readyz");
        var error = await Assert.ThrowsAsync<ApiException>(
            () => new AgentClient(_agent.Configuration.Socket).GetStatusAsync(Cancellation));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready);
        Assert.StartsWith("the agent is starting since 20", sentence, StringComparison.Ordinal);
        Assert.Equal((ApiErrorCode.Unavailable, sentence.TrimEnd('\n')), (error.Code, error.Message));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), ((await GetAsync("/metrics")).Status, (await GetAsync("/livez")).Status));
    }

    [Fact]
    public async Task A_ready_agent_says_what_is_wrong_and_since_when()
    {
        _agent.Services.Readiness.Enter(AgentPhase.Ready);
        (HttpStatusCode well, string ok) = await GetAsync("/readyz");
        _agent.Services.Health.Report("one", "one thing is wrong");
        _agent.Services.Health.Report("two", "two things are wrong");
        (HttpStatusCode degraded, string sentence) = await GetAsync("/readyz?verbose");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (well, degraded));
        Assert.Matches("^ok since [0-9-]+T[0-9:]+Z: all endpoints are connected and protected\n$", ok);
        Assert.Matches(
            "^degraded since [0-9-]+T[0-9:]+Z: one thing is wrong \\(and 1 more\\)\n- since [0-9-]+T[0-9:]+Z: one thing is wrong\n- since [^ ]+: two things are wrong\n$",
            sentence);
    }

    [Fact]
    public async Task An_agent_that_stops_says_so()
    {
        _agent.Services.Readiness.Enter(AgentPhase.Stopping);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "the agent is stopping; containers stay connected and protected\n"), await GetAsync("/readyz"));
    }

    [Fact]
    public async Task Status_and_board_name_an_endpoint_that_ended()
    {
        _agent.Services.Readiness.Enter(AgentPhase.Ready);
        _agent.Services.Endpoints.Disconnect(_agent.Add("web"));

        StatusResource status = await new AgentClient(_agent.Configuration.Socket).GetStatusAsync(Cancellation);

        Assert.Equal("endpoint 'web' is disconnected: its interface is gone; delete it", status.Ciliate.Message);
        Assert.Equal(status.Ciliate.Since, Assert.Single(_agent.Services.Health.Problems).Since);
        Assert.Contains(status.Ciliate.Message, (await GetAsync("/readyz")).Text, StringComparison.Ordinal);
    }

    private async Task<(HttpStatusCode Status, string Text)> GetAsync(string path)
    {
        using HttpResponseMessage answer = await _http.GetAsync(path, Cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_agent.Configuration.Socket), cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
