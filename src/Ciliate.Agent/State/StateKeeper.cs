using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Identities;
using Ciliate.Agent.Logging;
using Ciliate.Agent.Policies;
using Ciliate.Datapath;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.State;

/// <summary>Writes state files again that somebody took away under the agent: changes would fail for want of them, or the next start would. The agent
/// knows all that they held. Used from the control loop only.</summary>
public sealed class StateKeeper(
    StateStore store, Table<ushort, Endpoint> endpoints, IdentityAllocator identities, PolicyManager policies, ILogger logger)
{
    private string _seen = "";
    private bool _begun;

    /// <summary>From now on the agent knows all that the files hold.</summary>
    public void Begin() => _begun = true;

    /// <summary>Before a change: what every change needs is there when it returns.</summary>
    /// <exception cref="AgentException">The disk does not take it.</exception>
    public void RequirePlaces()
    {
        store.PayOwed();
        if (_begun && store.LacksPlace)
            Restore();
    }

    /// <summary>Looks for each file, if any came or went since the last time.</summary>
    /// <inheritdoc cref="RequirePlaces"/>
    public void Check()
    {
        store.PayOwed();
        if (_begun && (store.LacksPlace || store.Stamp() != _seen))
            Restore();
    }

    private void Restore()
    {
        store.MakePlaces();
        HashSet<string> present = [.. store.AllPaths()];
        // The record of one that is disconnected may have been deleted: then a deletion did not come to its end, and the record stays away.
        Endpoint[] unrecorded = [.. endpoints.Rows.Where(row => row.State == EndpointState.Ready && !present.Contains(store.EndpointPath(row.Id)))];
        UserHook[] withoutObject = [.. endpoints.Rows.SelectMany(row => row.Hooks).Select(hook => hook.Program)
            .DistinctBy(program => program.Digest).Where(program => !present.Contains(store.ObjectPath(program.Digest)))];
        string[] lost =
        [
            .. store.LostIdentities is { } journal ? [journal] : Array.Empty<string>(),
            .. policies.Paths.Where(path => !present.Contains(path)),
            .. withoutObject.Select(program => store.ObjectPath(program.Digest)),
            .. unrecorded.Select(row => store.EndpointPath(row.Id)),
        ];
        if (lost.Length > 0)
        {
            logger.StateRestored(lost.Length, lost[0]);
            identities.RecordAgain(store);
            policies.StoreAgain(present);
            foreach (UserHook program in withoutObject)
                store.WriteObject(program.Digest, program.Elf.Span);
            foreach (Endpoint endpoint in unrecorded)
                store.WriteEndpoint(endpoint.ToStored());
        }

        _seen = store.Stamp();
    }
}
