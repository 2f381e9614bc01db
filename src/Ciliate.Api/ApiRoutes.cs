using System.Globalization;
using System.Text;

namespace Ciliate.Api;

/// <summary>The paths of the API, written once for agent and clients. <c>{…}</c> marks one percent-encoded path segment.</summary>
public static class ApiRoutes
{
    public const string Metrics = "/metrics";
    public const string Live = "/livez";
    public const string Ready = "/readyz";
    public const string Health = "/v1/healthz";
    public const string Configuration = "/v1/config";
    public const string Endpoints = "/v1/endpoint";
    public const string Endpoint = "/v1/endpoint/{reference}";
    public const string EndpointLabels = "/v1/endpoint/{reference}/labels";
    public const string EndpointHooks = "/v1/endpoint/{reference}/hook";
    public const string EndpointHook = "/v1/endpoint/{reference}/hook/{at}";
    public const string Hooks = "/v1/hook";

    public const string EndpointProgram = "/v1/endpoint/{reference}/program";
    public const string SharedProgram = "/v1/program";
    public const string Identities = "/v1/identity";
    public const string Policies = "/v1/policy";
    public const string Policy = "/v1/policy/{name}";
    public const string DryRun = "/v1/dry-run";
    public const string PoliciesDryRun = DryRun + "/policy";
    public const string PolicyDryRun = DryRun + "/policy/{name}";
    public const string Explain = "/v1/explain";
    public const string Flows = "/v1/flows";
    public const string PolicyMap = "/v1/map/policy";
    public const string FlowMap = "/v1/map/flow";
    public const string IpcacheMap = "/v1/map/ipcache";
    public const string NatMap = "/v1/map/nat";
    public const string EndpointMap = "/v1/map/endpoint";

    /// <summary>Of programs: <c>true</c> asks for their instructions.</summary>
    public const string CodeKey = "code";

    /// <param name="reference">A number, <c>name:web</c> or a bare name.</param>
    public static string ToEndpoint(string reference) => $"{Endpoints}/{Uri.EscapeDataString(reference)}";

    /// <inheritdoc cref="ToEndpoint"/>
    public static string ToEndpointLabels(string reference) => $"{ToEndpoint(reference)}/labels";

    /// <param name="route">Of a change of policies: the same method here tells what it would do. A path of its own, so that no agent takes it for the
    /// change.</param>
    public static string ToTrial(string route) => DryRun + route["/v1".Length..];

    /// <inheritdoc cref="ToEndpoint"/>
    public static string ToEndpointHooks(string reference) => $"{ToEndpoint(reference)}/hook";

    /// <inheritdoc cref="ToEndpoint"/>
    /// <param name="at"><see cref="HookPlaces"/>.</param>
    public static string ToEndpointHook(string reference, string at) => $"{ToEndpointHooks(reference)}/{Uri.EscapeDataString(at)}";

    public static string ToEndpointProgram(string reference, bool withCode) => WithQuery($"{ToEndpoint(reference)}/program", (CodeKey, withCode ? "true" : null));

    public static string ToSharedProgram(bool withCode) => WithQuery(SharedProgram, (CodeKey, withCode ? "true" : null));

    /// <param name="name"><c>namespace/name</c>; its slash travels as <c>%2F</c>.</param>
    public static string ToPolicy(string name) => $"{Policies}/{Uri.EscapeDataString(name)}";

    public static string ToFlows(FlowQuery query) => WithQuery(
        Flows,
        (FlowQuery.LastKey, query.Last?.ToString(CultureInfo.InvariantCulture)),
        (FlowQuery.FollowKey, query.Follow ? "true" : null),
        (FlowQuery.VerdictKey, query.Verdict),
        (FlowQuery.FromKey, query.From),
        (FlowQuery.ToKey, query.To),
        (FlowQuery.PortKey, query.Port?.ToString(CultureInfo.InvariantCulture)),
        (FlowQuery.ProtocolKey, query.Protocol));

    public static string ToExplain(ExplainQuery query) => WithQuery(
        Explain,
        (ExplainQuery.FromKey, query.From),
        (ExplainQuery.ToKey, query.To),
        (ExplainQuery.ProtocolKey, query.Protocol),
        (ExplainQuery.PortKey, query.Port?.ToString(CultureInfo.InvariantCulture)),
        (ExplainQuery.IcmpTypeKey, query.IcmpType),
        (ExplainQuery.FlowKey, query.Flow?.ToString(CultureInfo.InvariantCulture)));

    private static string WithQuery(string route, params ReadOnlySpan<(string Key, string? Value)> query)
    {
        var path = new StringBuilder(route);
        char separator = '?';
        foreach ((string key, string? value) in query)
        {
            if (value is null)
                continue;
            path.Append(separator).Append(key).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        return path.ToString();
    }
}
