namespace Ciliate.Oracle;

/// <summary>Prefixes with exceptions: of addresses outside only.</summary>
internal static class Blocks
{
    public static bool Contains(Block block, Party peer) =>
        peer.Outside is { } address
        && block.Cidr.Contains(address)
        && !(block.Except ?? []).Any(except => except.Contains(address));
}
