namespace Ciliate.Netlink;

public enum LinkEventKind
{
    Added,
    Changed,
    Removed,

    /// <summary>Events were lost because the consumer was too slow. What changed meanwhile follows as the difference between what was
    /// told and what is; steps in between are not told.</summary>
    Overrun,
}

/// <summary>What happened to a link. <paramref name="Link"/> is its state after the event, or its last one when it was removed;
/// null for <see cref="LinkEventKind.Overrun"/>.</summary>
public readonly record struct LinkEvent(LinkEventKind Kind, Link? Link);
