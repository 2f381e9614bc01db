using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Ciliate.Agent.Api;
using Ciliate.Agent.Configuration;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Api;
using Ciliate.Datapath;
using Ciliate.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ciliate.Agent.Tests.Metrics;

/// <summary>What Prometheus gets from a whole agent over a fake datapath.</summary>
public sealed class MetricsTests : ServedAgent
{
    private readonly IPEndPoint _address = FreeAddress();

    protected override string[] Options => ["--metrics-address", _address.ToString()];

    [Fact]
    public async Task What_happened_is_counted_and_timed()
    {
        await Client.PutEndpointAsync("web", new EndpointChangeRequest(["app=web"], Container.Path), Cancellation);
        await Client.PutPoliciesAsync([new PolicyFile("a.yaml", TestPolicies.Allow("web", to: "web", from: "client", port: 80))], Cancellation);
        await Assert.ThrowsAsync<ApiException>(() => Client.GetEndpointAsync("none", Cancellation));
        Datapath.Fail = call => throw new DatapathException(call);
        await Assert.ThrowsAsync<ApiException>(() => Client.DeletePolicyAsync("web", Cancellation));

        IReadOnlyDictionary<string, double> samples = await ScrapeAsync();

        Assert.Equal(1, samples["""ciliate_endpoints{state="ready"}"""]);
        Assert.Equal(0, samples["""ciliate_endpoints{state="disconnected"}"""]);
        Assert.Equal(2, samples["ciliate_generations_published_total"]);
        Assert.Equal(1, samples["ciliate_generations_failed_total"]);
        Assert.Equal(2, samples["ciliate_generation_publish_seconds_count"]);
        Assert.Equal(1, samples["ciliate_endpoint_creation_seconds_count"]);
        Assert.Equal(1, samples["""ciliate_change_live_seconds_count{change="policies"}"""]);
        Assert.Equal(0, samples["""ciliate_change_live_seconds_count{change="labels"}"""]);
        Assert.Equal(1, samples["""ciliate_api_requests_total{code="201"}"""]);
        Assert.Equal(1, samples["""ciliate_api_requests_total{code="404"}"""]);
        Assert.Equal(1, samples["""ciliate_api_requests_total{code="500"}"""]);
    }

    [Fact]
    public async Task What_the_kernel_holds_is_read()
    {
        IReadOnlyDictionary<string, double> samples = await ScrapeAsync();

        string reason = DropReasons.Describe(3);
        Assert.Equal(4, samples[$$"""ciliate_drop_packets_total{reason="{{reason}}",direction="egress"}"""]);
        Assert.Equal(400, samples[$$"""ciliate_drop_bytes_total{reason="{{reason}}",direction="egress"}"""]);
        Assert.Equal(0, samples[$$"""ciliate_drop_packets_total{reason="{{reason}}",direction="ingress"}"""]);
        Assert.Equal(20, samples["""ciliate_forwarded_packets_total{direction="ingress"}"""]);
        Assert.Equal(1000, samples["""ciliate_forwarded_bytes_total{direction="egress"}"""]);
        Assert.Equal(40, samples["ciliate_judged_again_packets_total"]);
        Assert.Equal((12, 131072), (samples["ciliate_flows"], samples["ciliate_flows_limit"]));
        Assert.Equal((34, 1 << 20), (samples["ciliate_policy_entries"], samples["ciliate_policy_entries_limit"]));
        Assert.Equal(5, samples["ciliate_nat_entries"]);
        Assert.Equal(Datapath.Ipcache.Count, samples["ciliate_ipcache_entries"]);
        Assert.InRange(samples["process_open_fds"], 3, 10_000);
    }

    [Fact]
    public async Task Over_tcp_there_are_the_metrics_and_nothing_else()
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://{_address}") };

        using HttpResponseMessage metrics = await http.GetAsync("/metrics", Cancellation);
        using HttpResponseMessage endpoints = await http.GetAsync("/v1/endpoint", Cancellation);

        Assert.Equal(HttpStatusCode.OK, metrics.StatusCode);
        Assert.Equal(MediaTypeHeaderValue.Parse("text/plain; version=0.0.4; charset=utf-8"), metrics.Content.Headers.ContentType);
        Assert.NotEmpty(MetricsParser.Parse(await metrics.Content.ReadAsStringAsync(Cancellation)));
        Assert.Equal(HttpStatusCode.NotFound, endpoints.StatusCode);
    }

    [Fact]
    public async Task An_address_in_use_is_refused_by_name()
    {
        using var second = new TestAgent();

        var error = await Assert.ThrowsAsync<AgentException>(
            () => MetricsServer.StartAsync(second.Services, _address, NullLoggerProvider.Instance, Cancellation));

        Assert.Equal($"metrics-address {_address}: Address already in use; choose another or none", error.Message);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:0")]
    [InlineData("9962")]
    [InlineData("localhost:9962")]
    [InlineData("")]
    public void What_is_no_address_with_a_port_is_refused(string text)
    {
        var error = Assert.Throws<ConfigurationException>(() => Configure("--metrics-address", text));

        Assert.Contains("metrics-address", error.Message, StringComparison.Ordinal);
        Assert.Contains("[::1]:9962", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_documentation_lists_the_metrics_as_they_are_told()
    {
        await ScrapeAsync();
        string[] told = [.. MetricsParser.Parse(await ReadAsync()).Select(family =>
            $"| `{family.Name}` | {family.Kind} | {string.Join(", ", family.Labels.Select(label => $"`{label}`"))} | {family.Help} |".Replace("|  |", "| |", StringComparison.Ordinal))];

        string[] rows = [.. File.ReadLines(Repository.PathOf("docs", "metrics.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal))];

        Assert.Equal(told.Order(), rows.Order());
    }

    private async Task<IReadOnlyDictionary<string, double>> ScrapeAsync() => MetricsParser.Parse(await ReadAsync())
        .SelectMany(family => family.Samples).ToDictionary();

    private async Task<string> ReadAsync()
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        return await http.GetStringAsync(new Uri("http://localhost/metrics"), Cancellation);
    }

    private static IPEndPoint FreeAddress()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return (IPEndPoint)probe.LocalEndpoint;
    }
}
