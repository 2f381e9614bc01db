using System.Net;

namespace Ciliate.Policy;

/// <summary>A number that stands for a set of labels. Everything that has the same labels has the same number.</summary>
public sealed record Identity(uint Number, LabelSet Labels)
{
    /// <summary>Set for the addresses of a prefix outside, see <see cref="OfPrefix"/>.</summary>
    public IPNetwork? Prefix { get; private init; }

    /// <summary>The names that endpoints with this identity give to ports of theirs.</summary>
    public IReadOnlyList<NamedPort> NamedPorts { get; init; } = [];

    /// <summary>An address that is neither a container's nor a node's.</summary>
    public bool IsWorld =>
        Prefix is not null || Number is ReservedIdentities.World or ReservedIdentities.WorldIPv4 or ReservedIdentities.WorldIPv6;

    /// <summary>The identity of the addresses for which this is the longest of all known prefixes. It is part of the world.</summary>
    /// <param name="number">Of local scope, see <see cref="IdentityNumbers.LocalScope"/>.</param>
    /// <param name="prefix">Without host bits.</param>
    public static Identity OfPrefix(uint number, IPNetwork prefix) => new(number, LabelsOf(prefix)) { Prefix = prefix };

    /// <summary>The labels of <see cref="OfPrefix"/>.</summary>
    public static LabelSet LabelsOf(IPNetwork prefix) => LabelSet.Create(
    [
        new Label(LabelSources.Cidr, prefix.ToString(), ""),
        new Label(LabelSources.Reserved, ReservedIdentities.NameOf(ReservedIdentities.World)!, ""),
    ]);
}
