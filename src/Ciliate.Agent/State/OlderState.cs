using Ciliate.Linux;

namespace Ciliate.Agent.State;

/// <summary>
/// Takes over what agents wrote before identities had a journal and policies' files their revision:
/// <code>
/// identities.json          ─▶ a record of identities.journal; then it is deleted
/// policies/NAME.yaml       ─▶ policies/NAME@REVISION.yaml with its checksum, when policies.json names it; then it is deleted
/// </code>
/// Each step leaves what was or what will be, and may be repeated: a start that is cut short is made up for by the next.
/// </summary>
internal sealed class OlderState(StateStore store, IdentityJournal identities)
{
    public const string IdentityFile = "identities.json";

    /// <exception cref="StateException">A file is not valid.</exception>
    /// <exception cref="LinuxException">The disk does not take the new form.</exception>
    public void TakeOver()
    {
        TakeOverIdentities();
        TakeOverPolicies();
    }

    /// <summary>What it says is the later word where there is a journal too: an older agent ran once more.</summary>
    private void TakeOverIdentities()
    {
        string path = store.PathOf(IdentityFile);
        if (!File.Exists(path))
            return;
        OlderIdentities older = StateStore.Parse(path, StateJson.Default.OlderIdentities);
        identities.Import(new StoredIdentities(
            older.Next, [.. older.Identities.Select(identity => new StoredIdentity(identity.Id, identity.Labels, identity.Prefix))], older.NextLocal));
        FileSystem.RemoveForGood(path);
    }

    private void TakeOverPolicies()
    {
        if (!store.PolicyPaths().Any(StateStore.IsWithoutRevision) || store.ReadPolicyIndex() is not { } index)
            return;
        foreach (StoredOrigin origin in index.Origins)
        {
            (string before, string path) = (store.OlderPolicyPath(origin.Key()), store.PolicyPath(origin.Key(), origin.Revision));
            if (!File.Exists(before))
                continue;
            if (!File.Exists(path))
            {
                using StagedState text = store.StagePolicy(origin.Key(), origin.Revision, StateStore.ReadText(before));
                text.Replace();
            }

            FileSystem.RemoveForGood(before);
        }
    }
}
