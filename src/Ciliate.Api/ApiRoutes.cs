using System.Globalization;
using System.Text;

namespace Ciliate.Api;

/// <summary>The paths of the API, written once for agent and clients. <c>{…}</c> marks one percent-encoded path segment.</summary>
public static class ApiRoutes
{
    public const string Health = "/v1/healthz";
    public const string Configuration = "/v1/config";
    public const string Endpoints = "/v1/endpoint";
    public const string Endpoint = "/v1/endpoint/{reference}";
    public const string Identities = "/v1/identity";
    public const string Policies = "/v1/policy";
    public const string Policy = "/v1/policy/{name}";
    public const string Flows = "/v1/flows";
    public const string PolicyMap = "/v1/map/policy";
    public const string FlowMap = "/v1/map/flow";
    public const string IpcacheMap = "/v1/map/ipcache";
    public const string NatMap = "/v1/map/nat";
    public const string EndpointMap = "/v1/map/endpoint";

    /// <param name="reference">A number, <c>name:web</c> or a bare name.</param>
    public static string ToEndpoint(string reference) => $"{Endpoints}/{Uri.EscapeDataString(reference)}";

    /// <param name="name"><c>namespace/name</c>; its slash travels as <c>%2F</c>.</param>
    public static string ToPolicy(string name) => $"{Policies}/{Uri.EscapeDataString(name)}";

    public static string ToFlows(FlowQuery query)
    {
        var path = new StringBuilder(Flows);
        char separator = '?';
        void Add(string key, string? value)
        {
            if (value is null)
                return;
            path.Append(separator).Append(key).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        Add(FlowQuery.LastKey, query.Last?.ToString(CultureInfo.InvariantCulture));
        Add(FlowQuery.FollowKey, query.Follow ? "true" : null);
        Add(FlowQuery.VerdictKey, query.Verdict);
        Add(FlowQuery.FromKey, query.From);
        Add(FlowQuery.ToKey, query.To);
        Add(FlowQuery.PortKey, query.Port?.ToString(CultureInfo.InvariantCulture));
        Add(FlowQuery.ProtocolKey, query.Protocol);
        return path.ToString();
    }
}
