using System.Text.Json;
using Ciliate.Agent.State;

namespace Ciliate.Agent.Tests.State;

/// <summary>What a fresh store reads: endpoints with the objects of their hooks, identities, policies; a line each.</summary>
internal static class StateText
{
    public static string Of(StateStore store)
    {
        StoredPolicies? index = store.ReadPolicyIndex();
        IEnumerable<string> texts = (index?.Origins ?? []).Select(origin => store.ReadPolicy(origin.Key(), origin.Revision));
        IReadOnlyList<StoredEndpoint> endpoints = store.ReadEndpoints();
        int objects = endpoints.SelectMany(endpoint => endpoint.Hooks ?? []).Sum(hook => store.ReadObject(hook.Sha256).Length);
        return string.Join(
            '\n', JsonSerializer.Serialize(endpoints) + objects, JsonSerializer.Serialize(store.ReadIdentities(out _)),
            JsonSerializer.Serialize(index) + JsonSerializer.Serialize(texts));
    }
}
