using System.Net.Sockets;
using System.Text;
using Ciliate.Agent.Configuration;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Api;
using Ciliate.Datapath;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Agent.Tests.Api;

/// <summary>Every request of the API, and what is refused.</summary>
public sealed class ApiTests : ServedAgent
{
    [Fact]
    public async Task An_endpoint_is_added_shown_listed_and_deleted()
    {
        EndpointResource added = await AddWebAsync();
        EndpointResource byName = await Client.GetEndpointAsync("web", Cancellation);
        EndpointResource byId = await Client.GetEndpointAsync("1", Cancellation);

        Assert.Equal((1, "ready", "web"), (added.Id, added.Status.State, added.Status.ExternalIdentifiers.ContainerName));
        Assert.Equal("10.101.0.2", added.Status.Networking.Addressing.Single().IPv4);
        Assert.Equal(["container:app=web"], added.Status.Identity.Labels);
        Assert.Equal((1ul, 3ul), (byName.Status.Traffic.EgressPackets, byId.Status.Traffic.Drops));
        Assert.Single(await Client.GetEndpointsAsync(Cancellation));

        await Client.DeleteEndpointAsync("name:web", Cancellation);
        Assert.Empty(await Client.GetEndpointsAsync(Cancellation));
    }

    [Fact]
    public async Task A_process_id_stands_for_its_namespace()
    {
        using TestProcess process = Container.Start("sleep", "60");

        EndpointResource added = await Client.PutEndpointAsync("web", new EndpointChangeRequest([], Pid: process.Id), Cancellation);

        Assert.Equal($"/proc/{process.Id}/ns/net", added.Status.ExternalIdentifiers.NetworkNamespace);
        Assert.NotNull(Container.Route.FindLink("eth0"));
    }

    [Fact]
    public async Task Policies_are_applied_listed_shown_and_deleted()
    {
        await AddWebAsync();
        string yaml = TestPolicies.Allow("web", to: "web", from: "client", port: 80);

        PolicyChange applied = await Client.PutPoliciesAsync([new PolicyFile("web.yaml", yaml)], Cancellation);
        PolicyList list = await Client.GetPoliciesAsync(Cancellation);
        PolicyResource shown = await Client.GetPolicyAsync("web", Cancellation);
        EndpointResource endpoint = await Client.GetEndpointAsync("web", Cancellation);

        Assert.Equal(1ul, applied.Revision);
        Assert.Equal(["web"], applied.Created);
        Assert.Equal(["web"], applied.Regenerated);
        Assert.Equal(("web.yaml", 1, 0, (string?)null), (list.Policies[0].File, list.Policies[0].IngressRules, list.Policies[0].EgressRules, list.Policies[0].Yaml));
        Assert.Contains("CiliumNetworkPolicy", shown.Yaml, StringComparison.Ordinal);
        Assert.Equal(("ingress", 1ul, 2u), (endpoint.Status.Policy.PolicyEnabled, endpoint.Status.Policy.PolicyRevision, endpoint.Status.Policy.Generation));
        Assert.Equal(["web"], endpoint.Status.Policy.Policies);

        PolicyChange deleted = await Client.DeletePolicyAsync("web", Cancellation);
        Assert.Equal(["web"], deleted.Deleted);
        Assert.Empty((await Client.GetPoliciesAsync(Cancellation)).Policies);
    }

    [Fact]
    public async Task One_wrong_file_keeps_all_files_out()
    {
        string good = TestPolicies.Allow("good", to: "web", from: "client", port: 80);
        string wrong = TestPolicies.Allow("wrong", to: "web", from: "client", port: 70000);

        var error = await Assert.ThrowsAsync<ApiException>(
            () => Client.PutPoliciesAsync([new PolicyFile("good.yaml", good), new PolicyFile("wrong.yaml", wrong)], Cancellation));

        Assert.Equal(ApiErrorCode.Invalid, error.Code);
        Assert.StartsWith("wrong.yaml:", error.Message, StringComparison.Ordinal);
        Assert.Empty((await Client.GetPoliciesAsync(Cancellation)).Policies);
    }

    [Fact]
    public async Task One_policy_in_two_files_is_refused()
    {
        string yaml = TestPolicies.Allow("web", to: "web", from: "client", port: 80);

        var error = await Assert.ThrowsAsync<ApiException>(
            () => Client.PutPoliciesAsync([new PolicyFile("a.yaml", yaml), new PolicyFile("b.yaml", yaml)], Cancellation));

        Assert.Equal("b.yaml: policy 'web' is in a.yaml already; give it once", error.Message);
    }

    [Fact]
    public async Task Errors_have_a_code_and_one_line()
    {
        await AddWebAsync();

        await AssertErrorAsync(ApiErrorCode.NotFound, "there is no endpoint \"none\"", () => Client.GetEndpointAsync("none", Cancellation));
        await AssertErrorAsync(ApiErrorCode.NotFound, "there is no endpoint 77", () => Client.DeleteEndpointAsync("77", Cancellation));
        await AssertErrorAsync(ApiErrorCode.Conflict, "endpoint 'web' exists already", AddWebAsync);
        await AssertErrorAsync(ApiErrorCode.Invalid, "a new endpoint needs a name",
            () => Client.PutEndpointAsync("12", new EndpointChangeRequest([], "/x"), Cancellation));
        await AssertErrorAsync(ApiErrorCode.Invalid, "endpoint 'a': give either",
            () => Client.PutEndpointAsync("a", new EndpointChangeRequest([], "/x", 1), Cancellation));
        await AssertErrorAsync(ApiErrorCode.NotFound, "there is no policy 'shop/web'", () => Client.GetPolicyAsync("shop/web", Cancellation));
        await AssertErrorAsync(ApiErrorCode.Invalid, "'10.1' is not an IPv4 address",
            () => Client.PutEndpointAsync("a", new EndpointChangeRequest([], "/x", Addressing: new AddressPair("10.1")), Cancellation));
    }

    [Theory]
    [InlineData("GET /v1/nothing HTTP/1.1", "", "404", "the API has no /v1/nothing")]
    [InlineData("POST /v1/policy HTTP/1.1", "", "405", "/v1/policy does not know POST")]
    [InlineData("PUT /v1/endpoint/web HTTP/1.1", "{\"labels\":\n [", "400", "{\"error\":\"the request's body is not JSON: line 2, byte 3\",")]
    [InlineData("PUT /v1/policy HTTP/1.1", "{", "400", "{\"error\":\"the request's body is of the wrong kind\",")]
    [InlineData("PUT /v1/policy HTTP/1.1", "[{\"file\": \"a\", \"yaml\": 1}]", "400", "{\"error\":\"the request's body has a value of the wrong kind at [0].yaml\",")]
    [InlineData("PUT /v1/policy HTTP/1.1", "[{\"file\": \"a\"}]", "400", "{\"error\":\"the request's body lacks 'yaml' at [0]\",")]
    [InlineData("PUT /v1/endpoint/web HTTP/1.1", "{}", "400", "{\"error\":\"the request's body lacks 'labels'\",")]
    [InlineData("PUT /v1/endpoint/web HTTP/1.1", "{\"labels\": null}", "400", "{\"error\":\"the request's body has a value of the wrong kind at labels\",")]
    [InlineData("PUT /v1/endpoint/web HTTP/1.1", "{\"labels\": [], \"label\": 1}", "400", "{\"error\":\"the request's body has an unknown field: label\",")]
    [InlineData("PUT /v1/endpoint/web HTTP/1.1", "", "400", "{\"error\":\"the request's body is not JSON: line 1, byte 1\",")]
    [InlineData("GET /v1/a%0ab HTTP/1.1", "", "404", "the API has no /v1/a%0Ab")]
    [InlineData("GET /v1/flows?col%0aour=red HTTP/1.1", "", "400", "flows have no query 'col\\\\u000aour'")]
    [InlineData("GET /v1/flows?colour=red HTTP/1.1", "", "400", "flows have no query 'colour'")]
    [InlineData("GET /v1/flows?port=70000 HTTP/1.1", "", "400", "port: '70000' is not a number from 0 to 65535")]
    [InlineData("GET /v1/flows?verdict=maybe HTTP/1.1", "", "400", "verdict: 'maybe' is neither forwarded nor dropped")]
    public async Task What_is_not_the_api_is_answered_with_a_reason(string request, string body, string status, string reason)
    {
        string answer = await SendRawAsync($"{request}\r\nHost: x\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}");

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains(reason.Replace("'", "\\u0027", StringComparison.Ordinal), answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_is_too_large_is_refused_before_it_is_read()
    {
        string answer = await SendRawAsync("PUT /v1/policy HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 99999999\r\n\r\n[");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("the request is too large", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_are_told_with_their_source()
    {
        IReadOnlyList<ConfigurationEntry> entries = await Client.GetConfigurationAsync(Cancellation);

        Assert.Equal(AgentOptions.All.Select(option => option.Name), entries.Select(entry => entry.Name));
        Assert.Contains(new ConfigurationEntry("socket", SocketPath, "--socket", AgentOptions.Socket.Default), entries);
        Assert.Contains(entries, entry => entry is { Name: "log-level", Value: "info", Source: "default", Default: "info" });
    }

    [Fact]
    public async Task Status_counts_what_there_is()
    {
        await AddWebAsync();

        StatusResource status = await Client.GetStatusAsync(Cancellation);

        Assert.Equal("ok", status.Ciliate.State);
        Assert.Equal(("10.101.0.0/24", "10.101.0.1", 1, 253), (status.Ipam.IPv4!.Range, status.Ipam.IPv4.Gateway, status.Ipam.IPv4.Used, status.Ipam.IPv4.Capacity));
        Assert.Equal(AddressRangeStatus.MaxCapacity, status.Ipam.IPv6!.Capacity);
        Assert.Equal((1, 1, 1), (status.Endpoints.Total, status.Endpoints.Ready, status.Identities));
        Assert.Equal(4ul, Assert.Single(status.Drops).Packets);
    }

    [Fact]
    public void Status_tells_the_last_collection_of_flows() => Eventually.Holds(
        () => Client.GetStatusAsync(Cancellation).GetAwaiter().GetResult().FlowTable.Collection
            == new CollectionStatus(Scanned: 15, Removed: 3, StepMilliseconds: 0.214, LongestStepMilliseconds: 0.214),
        "a round of the collection is told", TimeSpan.FromSeconds(30));

    [Fact]
    public async Task Programs_that_were_taken_away_are_told_until_they_can_be_attached_again()
    {
        await AddWebAsync();
        ushort id = Assert.Single(Datapath.Attached).Key;
        Datapath.Fail = call =>
        {
            if (call.StartsWith("attach", StringComparison.Ordinal))
                throw new DatapathException($"{call}: no");
        };
        Datapath.Missing[id] = ["from_container"];

        Eventually.Holds(() => State().State == "degraded", "degraded", TimeSpan.FromSeconds(30));
        Assert.StartsWith("endpoint 'web' is not up to date and is tried again: ", State().Message, StringComparison.Ordinal);

        Datapath.Fail = null;
        Eventually.Holds(() => State().State == "ok", "ok", TimeSpan.FromSeconds(30));
        Assert.Empty(Datapath.Missing);

        AgentState State() => Client.GetStatusAsync(Cancellation).GetAwaiter().GetResult().Ciliate;
    }

    [Fact]
    public async Task A_container_that_ends_is_told_as_disconnected()
    {
        await AddWebAsync();

        Container.Dispose();

        Eventually.Holds(
            () => Client.GetEndpointAsync("web", Cancellation).GetAwaiter().GetResult().Status.State == "disconnected", "disconnected");
        StatusResource status = await Client.GetStatusAsync(Cancellation);
        Assert.Equal("degraded", status.Ciliate.State);
        Assert.InRange(status.Ciliate.Since, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow);
        Assert.Contains("'web'", status.Ciliate.Message, StringComparison.Ordinal);
        await Client.DeleteEndpointAsync("web", Cancellation);
        Assert.Empty(Datapath.Attached);
    }

    [Fact]
    public async Task Identities_and_maps_have_names()
    {
        await AddWebAsync();
        await Client.PutPoliciesAsync([new PolicyFile("a.yaml", TestPolicies.Allow("web", to: "web", from: "web", port: 80))], Cancellation);

        IReadOnlyList<IdentityEntry> identities = await Client.GetIdentitiesAsync(Cancellation);
        IReadOnlyList<PolicyMapEntry> policy = await Client.GetPolicyMapAsync(Cancellation);
        IReadOnlyList<IpcacheMapEntry> ipcache = await Client.GetIpcacheMapAsync(Cancellation);
        IReadOnlyList<EndpointMapEntry> endpoints = await Client.GetEndpointMapAsync(Cancellation);

        Assert.Equal(["web"], identities.Single(identity => identity.Id == 256).Endpoints);
        Assert.Equal(["reserved:host"], identities.Single(identity => identity.Id == 1).Labels);
        Assert.Contains(policy, entry => entry is { EndpointName: "web", Rule: "web/ingress[0]", Port: 80, Action: "allow" });
        Assert.Contains(ipcache, entry => entry.Cidr == "10.101.0.2/32" && entry.Labels.SequenceEqual(["container:app=web"]));
        Assert.Equal("web", Assert.Single(endpoints).Name);
        Assert.Empty(await Client.GetFlowMapAsync(Cancellation));
    }

    [Fact]
    public async Task Flows_have_names_and_reasons_and_can_be_filtered()
    {
        await AddWebAsync();
        Datapath.Emit(Verdicts.Forwarded(80));
        Datapath.Emit(Verdicts.Dropped(81));
        Eventually.Holds(() => Client.GetStatusAsync(Cancellation).GetAwaiter().GetResult().Events.Seen == 2, "both flows seen");

        List<FlowLine> all = await ReadAsync(new FlowQuery());
        List<FlowLine> dropped = await ReadAsync(new FlowQuery(Verdict: "dropped", From: "web"));

        Assert.Equal(["FORWARDED", "DROPPED"], all.Select(line => line.Flow!.Verdict));
        Flow flow = Assert.Single(dropped).Flow!;
        Assert.Equal(("web", 256u, "default-deny"), (flow.Source.Name, flow.Source.Identity, flow.Rule));
        Assert.Equal((81, true), (flow.Layer4!.Tcp!.DestinationPort, flow.Layer4.Tcp.Flags.Syn));
        Assert.NotNull(flow.DropReason);
    }

    [Fact]
    public async Task Who_follows_gets_flows_as_they_come_until_the_agent_ends()
    {
        await using IAsyncEnumerator<FlowLine> stream = Client.ObserveAsync(new FlowQuery(Last: 0, Follow: true), Cancellation).GetAsyncEnumerator(Cancellation);
        ValueTask<bool> next = stream.MoveNextAsync();
        Eventually.Holds(() => Client.GetStatusAsync(Cancellation).GetAwaiter().GetResult().Events.Seen == 0, "the agent answers others meanwhile");
        // The follower may not be registered yet: events are sent until the first one arrives.
        for (ushort port = 1; port < 60 && !next.IsCompleted; port++)
        {
            Datapath.Emit(Verdicts.Dropped(port));
            await Task.Delay(20, Cancellation);
        }

        Assert.True(await next);
        Assert.Equal("DROPPED", stream.Current.Flow!.Verdict);
        ValueTask ended = Running.DisposeAsync();
        while (await stream.MoveNextAsync())
        {
        }

        await ended;
        Assert.False(File.Exists(SocketPath));
    }

    [Theory]
    [InlineData("/v1/endpoint/web", "{\"netns\": \"/x\", \"labels\": [null]}", "labels of endpoint 'web': null is among them")]
    [InlineData("/v1/policy", "[null]", "policy files: null is among them")]
    public async Task A_null_in_a_list_is_refused_as_the_senders_mistake(string path, string body, string message)
    {
        string answer = await SendRawAsync(
            $"PUT {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains(message.Replace("'", "\\u0027", StringComparison.Ordinal), answer, StringComparison.Ordinal);
    }

    [Fact]
    public void The_socket_is_for_root_and_one_group() =>
        Assert.Equal("660 root\n", TestProcess.Run(null, "stat", "--format=%a %U", SocketPath).Output);

    private Task<EndpointResource> AddWebAsync() =>
        Client.PutEndpointAsync("web", new EndpointChangeRequest(["app=web"], Container.Path), Cancellation);

    private async Task<List<FlowLine>> ReadAsync(FlowQuery query)
    {
        var lines = new List<FlowLine>();
        await foreach (FlowLine line in Client.ObserveAsync(query, Cancellation))
            lines.Add(line);
        return lines;
    }

    private static async Task AssertErrorAsync(string code, string start, Func<Task> request)
    {
        var error = await Assert.ThrowsAsync<ApiException>(request);
        Assert.Equal(code, error.Code);
        Assert.StartsWith(start, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private async Task<string> SendRawAsync(string request)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), Cancellation);
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), Cancellation);
        using var reader = new StreamReader(new NetworkStream(socket));
        return await reader.ReadToEndAsync(Cancellation);
    }
}
