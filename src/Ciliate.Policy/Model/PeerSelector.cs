using System.Net;

namespace Ciliate.Policy;

/// <summary>Who the other side of a rule can be. Equal selectors select the same identities.</summary>
public abstract class PeerSelector
{
    public abstract bool Matches(Identity identity);
}

/// <summary>Identities of addresses in a prefix, without those in the exceptions. Containers and the host have identities of their own,
/// which no prefix selects.</summary>
public sealed class CidrSelector : PeerSelector, IEquatable<CidrSelector>
{
    private readonly IPNetwork[] _except;

    /// <param name="prefix">Without host bits.</param>
    /// <param name="except">Inside the prefix, without host bits.</param>
    public CidrSelector(IPNetwork prefix, params IEnumerable<IPNetwork> except)
    {
        Prefix = prefix;
        _except = [.. except.Distinct().Order(PrefixOrder.Instance)];
    }

    public IPNetwork Prefix { get; }

    /// <summary>Sorted, each once.</summary>
    public IReadOnlyList<IPNetwork> Except => _except;

    /// <summary>The prefix and its exceptions: each needs an identity of its own, so that the longest match of an address tells whether it is
    /// selected.</summary>
    public IEnumerable<IPNetwork> Prefixes => _except.Prepend(Prefix);

    public override bool Matches(Identity identity) =>
        identity.Prefix is { } other && Prefix.Covers(other) && !Array.Exists(_except, except => except.Covers(other));

    public bool Equals(CidrSelector? other) =>
        other is not null && Prefix.Equals(other.Prefix) && _except.AsSpan().SequenceEqual(other._except);

    public override bool Equals(object? obj) => Equals(obj as CidrSelector);

    public override int GetHashCode() => HashCode.Combine(Prefix, _except.Length);

    public override string ToString() => _except.Length == 0 ? $"{Prefix}" : $"{Prefix} except {string.Join(", ", _except)}";
}

/// <summary>A group of identities with a name.</summary>
public sealed class EntitySelector(Entity entity) : PeerSelector, IEquatable<EntitySelector>
{
    public static readonly EntitySelector All = new(Entity.All);

    private readonly Label _label = new(LabelSources.Reserved, Entities.NameOf(entity), "");

    public Entity Entity => entity;

    public override bool Matches(Identity identity) => entity switch
    {
        Entity.All => true,
        Entity.None => false,
        Entity.World => identity.IsWorld,
        Entity.Cluster => !identity.IsWorld,
        // an identity can be several of them: a host that runs the Kubernetes API server
        _ => identity.Labels.AsSpan().Contains(_label),
    };

    public bool Equals(EntitySelector? other) => other?.Entity == entity;

    public override bool Equals(object? obj) => Equals(obj as EntitySelector);

    public override int GetHashCode() => (int)entity;

    public override string ToString() => $"entity {Entities.NameOf(entity)}";
}
