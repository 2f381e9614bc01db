using Ciliate.Api;
using Ciliate.Policy;
using Microsoft.AspNetCore.Http;

namespace Ciliate.Agent.Api;

/// <summary>/v1/identity</summary>
internal sealed class IdentityHandlers(AgentServices agent)
{
    public Task ListAsync(HttpContext context)
    {
        ILookup<uint, string> endpoints = agent.Endpoints.Endpoints.Rows.ToLookup(endpoint => endpoint.Identity, endpoint => endpoint.Name);
        IReadOnlyList<IdentityEntry> identities =
        [
            .. ReservedIdentities.All.Select(identity => new IdentityEntry(identity.Number, EndpointResources.Texts(identity.Labels), [])),
            .. agent.Identities.Identities.Rows.Where(row => row.Holders > 0).Select(row => new IdentityEntry(
                row.Id, EndpointResources.Texts(row.Labels), [.. endpoints[row.Id].Order(StringComparer.Ordinal)])),
        ];
        return Requests.WriteAsync(context, identities, ApiJson.Default.IReadOnlyListIdentityEntry);
    }
}
