using Ciliate.Api;

namespace Ciliate.Agent.Cleanup;

/// <summary>One thing that an agent left on the machine, and how it goes. Removing is safe to repeat.</summary>
internal sealed record Trace(string Kind, string Name, Action Remove)
{
    public CleanupItem Item => new(Kind, Name);
}

/// <param name="Found">In the order in which it has to go.</param>
/// <param name="Strangers">What stands in a directory of ours and is not ours.</param>
internal sealed record Inventory(IReadOnlyList<Trace> Found, IReadOnlyList<CleanupItem> Strangers);
