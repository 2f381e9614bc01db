using System.Text.Json;
using Ciliate.Agent.State;

namespace Ciliate.Agent.Tests.State;

/// <summary>What a fresh store reads: endpoints, identities, policies; a line each.</summary>
internal static class StateText
{
    public static string Of(StateStore store)
    {
        StoredPolicies? index = store.ReadPolicyIndex();
        IEnumerable<string> texts = (index?.Origins ?? []).Select(origin => store.ReadPolicy(origin.Key(), origin.Revision));
        return string.Join(
            '\n', JsonSerializer.Serialize(store.ReadEndpoints()), JsonSerializer.Serialize(store.ReadIdentities(out _)),
            JsonSerializer.Serialize(index) + JsonSerializer.Serialize(texts));
    }
}
