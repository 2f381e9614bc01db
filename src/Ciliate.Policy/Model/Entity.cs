namespace Ciliate.Policy;

/// <summary>What <c>fromEntities</c> and <c>toEntities</c> can name. Those that are one identity have its number.</summary>
public enum Entity
{
    None = 0,
    Host = (int)ReservedIdentities.Host,

    /// <summary>Every address that is neither a container's nor this machine's, in a known prefix or not.</summary>
    World = (int)ReservedIdentities.World,
    Unmanaged = (int)ReservedIdentities.Unmanaged,
    Health = (int)ReservedIdentities.Health,
    Init = (int)ReservedIdentities.Init,
    RemoteNode = (int)ReservedIdentities.RemoteNode,
    KubeApiServer = (int)ReservedIdentities.KubeApiServer,
    Ingress = (int)ReservedIdentities.Ingress,

    /// <summary>Everything, known or not.</summary>
    All = 256,

    /// <summary>Everything but the world: containers, nodes and the other reserved identities.</summary>
    Cluster = 257,
}

internal static class Entities
{
    private static readonly Dictionary<string, Entity> ByName = new(StringComparer.Ordinal)
    {
        ["all"] = Entity.All,
        ["cluster"] = Entity.Cluster,
        ["health"] = Entity.Health,
        ["host"] = Entity.Host,
        ["ingress"] = Entity.Ingress,
        ["init"] = Entity.Init,
        ["kube-apiserver"] = Entity.KubeApiServer,
        ["none"] = Entity.None,
        ["remote-node"] = Entity.RemoteNode,
        ["unmanaged"] = Entity.Unmanaged,
        ["world"] = Entity.World,
    };

    /// <summary>The names, for messages. Two more stand for the prefixes that hold every address of a family.</summary>
    public static string Listing { get; } = string.Join(", ", ByName.Keys.Append("world-ipv4").Append("world-ipv6").Order(StringComparer.Ordinal));

    public static string NameOf(Entity entity) => ByName.First(pair => pair.Value == entity).Key;

    /// <summary>Null for a name that there is not.</summary>
    public static PeerSelector? Find(string name) => name switch
    {
        "world-ipv4" => new CidrSelector(Prefixes.EveryIPv4),
        "world-ipv6" => new CidrSelector(Prefixes.EveryIPv6),
        _ => ByName.TryGetValue(name, out var entity) ? new EntitySelector(entity) : null,
    };
}
