using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath.Layouts;

/// <summary>Whether tables mean to this agent what they meant to the one that wrote them. Where fields stand does not matter: that is carried
/// over by their names. Row 0 of the endpoints tells the version that wrote last, and the oldest that still understands it.</summary>
internal static class LayoutVersions
{
    private const uint Own = (uint)Layout.Version, Oldest = (uint)Layout.Oldest;

    /// <exception cref="DatapathException">They do not.</exception>
    public static void Require(in Abi.Endpoint first, string root)
    {
        uint found = first.Flags;
        if (found == 0 || (found >= Oldest && (found <= Own || first.Network <= Own)))
            return;
        throw new DatapathException(found > Own
            ? $"the maps have layout {found}, which this agent (layout {Own}) does not know; start the newer agent again, "
                + $"or remove {root} to start anew (connections are lost)"
            : $"the maps have layout {found}, this agent reads {Oldest} to {Own}; start an agent of a version in between first, "
                + $"or remove {root} to start anew (connections are lost)");
    }

    public static void Stamp(ref Abi.Endpoint first) => (first.Flags, first.Network) = (Own, Oldest);
}
