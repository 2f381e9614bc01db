namespace Ciliate.Api;

/// <summary>What <c>cleanup</c> took off the machine.</summary>
/// <param name="DryRun">Nothing was removed: <paramref name="Removed"/> is what would be.</param>
/// <param name="Removed">In the order in which it went.</param>
/// <param name="Kept">What stands in a directory of ours and is not ours; its directory stays with it.</param>
public sealed record CleanupReport(bool DryRun, IReadOnlyList<CleanupItem> Removed, IReadOnlyList<CleanupItem> Kept);

/// <param name="Kind"><c>interface</c>, <c>program</c>, <c>qdisc</c>, <c>map</c>, <c>pin</c>, <c>mount</c>, <c>file</c>, <c>socket</c>
/// or <c>directory</c>.</param>
/// <param name="Name">An interface's name, else a path.</param>
public sealed record CleanupItem(string Kind, string Name);
