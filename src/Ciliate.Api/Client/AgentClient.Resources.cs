using System.Text.Json;

namespace Ciliate.Api;

public sealed partial class AgentClient
{
    public Task<StatusResource> GetStatusAsync(CancellationToken cancellationToken) =>
        SendAsync("GET", ApiRoutes.Health, ApiJson.Default.StatusResource, default, cancellationToken);

    public Task<IReadOnlyList<ConfigurationEntry>> GetConfigurationAsync(CancellationToken cancellationToken) =>
        SendAsync("GET", ApiRoutes.Configuration, ApiJson.Default.IReadOnlyListConfigurationEntry, default, cancellationToken);

    public Task<IReadOnlyList<EndpointResource>> GetEndpointsAsync(CancellationToken cancellationToken) =>
        SendAsync("GET", ApiRoutes.Endpoints, ApiJson.Default.IReadOnlyListEndpointResource, default, cancellationToken);

    /// <param name="reference">A number, <c>name:web</c> or a bare name.</param>
    public Task<EndpointResource> GetEndpointAsync(string reference, CancellationToken cancellationToken) =>
        SendAsync("GET", ApiRoutes.ToEndpoint(reference), ApiJson.Default.EndpointResource, default, cancellationToken);

    /// <summary>Makes an endpoint. When it returns, the container has addresses and its first generation is in the kernel.</summary>
    public Task<EndpointResource> PutEndpointAsync(string name, EndpointChangeRequest request, CancellationToken cancellationToken)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(request, ApiJson.Default.EndpointChangeRequest);
        return SendAsync("PUT", ApiRoutes.ToEndpoint(name), ApiJson.Default.EndpointResource, body, cancellationToken);
    }

    /// <summary>Gives an endpoint other labels. When it returns, the kernel enforces what they mean, to and from it.</summary>
    /// <param name="reference">A number, <c>name:web</c> or a bare name.</param>
    public Task<EndpointResource> PatchLabelsAsync(string reference, LabelConfigurationSpec labels, CancellationToken cancellationToken)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(labels, ApiJson.Default.LabelConfigurationSpec);
        return SendAsync("PATCH", ApiRoutes.ToEndpointLabels(reference), ApiJson.Default.EndpointResource, body, cancellationToken);
    }

    /// <param name="reference">A number, <c>name:web</c> or a bare name.</param>
    public Task DeleteEndpointAsync(string reference, CancellationToken cancellationToken) =>
        SendAsync("DELETE", ApiRoutes.ToEndpoint(reference), default, static (_, _) => ValueTask.FromResult(true), cancellationToken);

    /// <summary>Programs of the user's at endpoints.</summary>
    /// <param name="reference">A number, <c>name:web</c> or a bare name; null: of all endpoints.</param>
    public Task<IReadOnlyList<EndpointHookResource>> GetHooksAsync(string? reference, CancellationToken cancellationToken)
    {
        string route = reference is null ? ApiRoutes.Hooks : ApiRoutes.ToEndpointHooks(reference);
        return SendAsync("GET", route, ApiJson.Default.IReadOnlyListEndpointHookResource, default, cancellationToken);
    }

    /// <summary>Has a program of the user's judge packets. When it returns, it judges them.</summary>
    /// <param name="reference">A number, <c>name:web</c> or a bare name.</param>
    /// <param name="at"><see cref="HookPlaces"/>.</param>
    public Task<EndpointHookResource> PutHookAsync(string reference, string at, EndpointHookRequest request, CancellationToken cancellationToken)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(request, ApiJson.Default.EndpointHookRequest);
        return SendAsync("PUT", ApiRoutes.ToEndpointHook(reference, at), ApiJson.Default.EndpointHookResource, body, cancellationToken);
    }

    /// <summary>When it returns, the program judges no packet any more.</summary>
    /// <inheritdoc cref="PutHookAsync"/>
    public Task DeleteHookAsync(string reference, string at, CancellationToken cancellationToken) =>
        SendAsync("DELETE", ApiRoutes.ToEndpointHook(reference, at), default, static (_, _) => ValueTask.FromResult(true), cancellationToken);

    /// <summary>The programs at an endpoint's interface.</summary>
    /// <param name="reference">A number, <c>name:web</c> or a bare name.</param>
    /// <param name="withCode">Their instructions, too.</param>
    public Task<EndpointProgramResource> GetEndpointProgramAsync(string reference, bool withCode, CancellationToken cancellationToken) =>
        SendAsync("GET", ApiRoutes.ToEndpointProgram(reference, withCode), ApiJson.Default.EndpointProgramResource, default, cancellationToken);

    /// <summary>The programs that all endpoints share.</summary>
    /// <param name="withCode">Their instructions, too.</param>
    public Task<EndpointProgramResource> GetSharedProgramAsync(bool withCode, CancellationToken cancellationToken) =>
        SendAsync("GET", ApiRoutes.ToSharedProgram(withCode), ApiJson.Default.EndpointProgramResource, default, cancellationToken);

    public Task<IReadOnlyList<IdentityEntry>> GetIdentitiesAsync(CancellationToken cancellationToken) =>
        SendAsync("GET", ApiRoutes.Identities, ApiJson.Default.IReadOnlyListIdentityEntry, default, cancellationToken);

    public Task<PolicyList> GetPoliciesAsync(CancellationToken cancellationToken) =>
        SendAsync("GET", ApiRoutes.Policies, ApiJson.Default.PolicyList, default, cancellationToken);

    /// <param name="name"><c>namespace/name</c>; without a namespace, <c>default</c> is meant.</param>
    public Task<PolicyResource> GetPolicyAsync(string name, CancellationToken cancellationToken) =>
        SendAsync("GET", ApiRoutes.ToPolicy(name), ApiJson.Default.PolicyResource, default, cancellationToken);

    /// <summary>Applies all documents of all files or none. When it returns, the kernel enforces them.</summary>
    public Task<PolicyChange> PutPoliciesAsync(IReadOnlyList<PolicyFile> files, CancellationToken cancellationToken)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(files, ApiJson.Default.IReadOnlyListPolicyFile);
        return SendAsync("PUT", ApiRoutes.Policies, ApiJson.Default.PolicyChange, body, cancellationToken);
    }

    /// <inheritdoc cref="GetPolicyAsync"/>
    public Task<PolicyChange> DeletePolicyAsync(string name, CancellationToken cancellationToken) =>
        SendAsync("DELETE", ApiRoutes.ToPolicy(name), ApiJson.Default.PolicyChange, default, cancellationToken);

    /// <summary>What <see cref="PutPoliciesAsync"/> would do.</summary>
    public Task<PolicyTrial> TryPoliciesAsync(IReadOnlyList<PolicyFile> files, CancellationToken cancellationToken)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(files, ApiJson.Default.IReadOnlyListPolicyFile);
        return SendAsync("PUT", ApiRoutes.ToTrial(ApiRoutes.Policies), ApiJson.Default.PolicyTrial, body, cancellationToken);
    }

    /// <summary>What <see cref="DeletePolicyAsync"/> would do.</summary>
    /// <inheritdoc cref="GetPolicyAsync"/>
    public Task<PolicyTrial> TryDeletePolicyAsync(string name, CancellationToken cancellationToken) =>
        SendAsync("DELETE", ApiRoutes.ToTrial(ApiRoutes.ToPolicy(name)), ApiJson.Default.PolicyTrial, default, cancellationToken);

    /// <summary>Why a packet gets the verdict that it gets, by the policies as they are now.</summary>
    public Task<ExplainResource> ExplainAsync(ExplainQuery query, CancellationToken cancellationToken) =>
        SendAsync("GET", ApiRoutes.ToExplain(query), ApiJson.Default.ExplainResource, default, cancellationToken);

    public Task<IReadOnlyList<PolicyMapEntry>> GetPolicyMapAsync(CancellationToken cancellationToken) =>
        SendAsync("GET", ApiRoutes.PolicyMap, ApiJson.Default.IReadOnlyListPolicyMapEntry, default, cancellationToken);

    public Task<IReadOnlyList<FlowMapEntry>> GetFlowMapAsync(CancellationToken cancellationToken) =>
        SendAsync("GET", ApiRoutes.FlowMap, ApiJson.Default.IReadOnlyListFlowMapEntry, default, cancellationToken);

    public Task<IReadOnlyList<IpcacheMapEntry>> GetIpcacheMapAsync(CancellationToken cancellationToken) =>
        SendAsync("GET", ApiRoutes.IpcacheMap, ApiJson.Default.IReadOnlyListIpcacheMapEntry, default, cancellationToken);

    public Task<IReadOnlyList<NatMapEntry>> GetNatMapAsync(CancellationToken cancellationToken) =>
        SendAsync("GET", ApiRoutes.NatMap, ApiJson.Default.IReadOnlyListNatMapEntry, default, cancellationToken);

    public Task<IReadOnlyList<EndpointMapEntry>> GetEndpointMapAsync(CancellationToken cancellationToken) =>
        SendAsync("GET", ApiRoutes.EndpointMap, ApiJson.Default.IReadOnlyListEndpointMapEntry, default, cancellationToken);
}
