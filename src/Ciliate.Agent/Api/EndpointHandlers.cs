using System.Globalization;
using System.Net;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Metrics;
using Ciliate.Api;
using Ciliate.Policy;
using Microsoft.AspNetCore.Http;
using Prometheus;
using Endpoint = Ciliate.Agent.Endpoints.Endpoint;

namespace Ciliate.Agent.Api;

/// <summary>/v1/endpoint</summary>
internal sealed class EndpointHandlers(AgentServices agent)
{
    public async Task ListAsync(HttpContext context)
    {
        IReadOnlyList<EndpointResource> list = await agent.Loop.RunAsync<IReadOnlyList<EndpointResource>>(
            () => [.. agent.Endpoints.Endpoints.Rows.Select(Resource)], context.RequestAborted).ConfigureAwait(false);
        await Requests.WriteAsync(context, list, ApiJson.Default.IReadOnlyListEndpointResource).ConfigureAwait(false);
    }

    public async Task GetAsync(HttpContext context)
    {
        EndpointReference reference = Reference(context);
        await AnswerAsync(context, () => Find(reference), StatusCodes.Status200OK).ConfigureAwait(false);
    }

    public async Task PutAsync(HttpContext context)
    {
        var timer = agent.Metrics.CreationTime.NewTimer();
        EndpointReference reference = Reference(context);
        string name = reference.Name
            ?? throw AgentException.Invalid($"a new endpoint needs a name; for a name of digits write name:{reference.Id}");
        EndpointChangeRequest body = await RequestBody.ReadAsync(context, ApiJson.Default.EndpointChangeRequest).ConfigureAwait(false);
        EndpointRequest request = Convert(name, body);
        await AnswerAsync(context, () => Timed(timer, () => agent.Endpoints.Add(request)), StatusCodes.Status201Created).ConfigureAwait(false);
    }

    public async Task DeleteAsync(HttpContext context)
    {
        EndpointReference reference = Reference(context);
        await agent.Loop.RunAsync(() => Delete(Find(reference)), context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public async Task PatchLabelsAsync(HttpContext context)
    {
        var timer = agent.Metrics.ChangeTime.WithLabels(MetricsReport.LabelChange).NewTimer();
        EndpointReference reference = Reference(context);
        LabelConfigurationSpec body = await RequestBody.ReadAsync(context, ApiJson.Default.LabelConfigurationSpec).ConfigureAwait(false);
        LabelSet labels = EndpointRequest.CheckedLabels(reference.ToString(), Requests.WithoutNull(body.User, $"labels of endpoint {reference}"));
        await AnswerAsync(context, () => Timed(timer, () => agent.Endpoints.Relabel(Find(reference), labels)), StatusCodes.Status200OK).ConfigureAwait(false);
    }

    private void Delete(Endpoint endpoint)
    {
        agent.Endpoints.Delete(endpoint);
        agent.Hooks.CleanUp();
    }

    private static Endpoint Timed(Prometheus.ITimer timer, Func<Endpoint> change)
    {
        Endpoint endpoint = change();
        timer.ObserveDuration();
        return endpoint;
    }

    /// <summary>Answers with what a change gives, or a look. Who asked may go away; what has begun is finished all the same.</summary>
    private async Task AnswerAsync(HttpContext context, Func<Endpoint> work, int status)
    {
        // In the same turn: others that wait for theirs would come in between.
        EndpointResource resource = await agent.Loop.RunAsync(() => Resource(work()), context.RequestAborted).ConfigureAwait(false);
        await Requests.WriteAsync(context, resource, ApiJson.Default.EndpointResource, status).ConfigureAwait(false);
    }

    private EndpointResource Resource(Endpoint endpoint) =>
        EndpointResources.Of(endpoint, agent.Policies.Current.Policies, agent.Datapath.ReadCounters(endpoint.Id));

    internal Endpoint Find(EndpointReference reference) =>
        (reference.Id is { } id
            ? agent.Endpoints.Endpoints.Find(id)
            : agent.Endpoints.Endpoints.Rows.FirstOrDefault(row => row.Name == reference.Name))
        ?? throw AgentException.NotFound($"there is no endpoint {reference}; ciliate endpoint list shows those that are");

    internal static EndpointReference Reference(HttpContext context)
    {
        string text = Requests.Segment(context, "reference");
        return EndpointReference.TryParse(text, out EndpointReference reference)
            ? reference
            : throw AgentException.Invalid($"'{text}' names no endpoint: give a number, a name, or name:NAME");
    }

    private static EndpointRequest Convert(string name, EndpointChangeRequest body) => new(
        name,
        NamespacePath(name, body),
        Requests.WithoutNull(body.Labels, $"labels of endpoint '{name}'"),
        body.ContainerInterfaceName ?? EndpointChangeRequest.DefaultInterfaceName,
        Address(body.Addressing?.IPv4, IPv4: true),
        Address(body.Addressing?.IPv6, IPv4: false),
        body.NamedPorts is { } ports ? Requests.WithoutNull(ports, $"named ports of endpoint '{name}'") : null);

    private static string NamespacePath(string name, EndpointChangeRequest body) => (body.NetworkNamespace, body.Pid) switch
    {
        ({ } path, null) => path,
        (null, > 0 and int pid) => $"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/ns/net",
        (null, int pid) => throw AgentException.Invalid($"endpoint '{name}': {pid} is not a process id"),
        _ => throw AgentException.Invalid($"endpoint '{name}': give either the path of a network namespace or a process id"),
    };

    private static IPAddress? Address(string? text, bool IPv4)
    {
        if (text is null)
            return null;
        bool good = IPAddress.TryParse(text, out IPAddress? address)
            && (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork) == IPv4
            && (!IPv4 || address.ToString() == text);
        return good ? address : throw AgentException.Invalid($"'{text}' is not an {(IPv4 ? "IPv4" : "IPv6")} address");
    }
}
