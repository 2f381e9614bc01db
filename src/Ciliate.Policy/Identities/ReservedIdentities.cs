namespace Ciliate.Policy;

/// <summary>Identities with a fixed number and meaning. Each has the one label <c>reserved:name</c>.</summary>
public static class ReservedIdentities
{
    public const uint Host = 1;
    public const uint World = 2;
    public const uint Unmanaged = 3;
    public const uint Health = 4;
    public const uint Init = 5;
    public const uint RemoteNode = 6;
    public const uint KubeApiServer = 7;
    public const uint Ingress = 8;
    public const uint WorldIPv4 = 9;
    public const uint WorldIPv6 = 10;

    private static readonly string[] Names =
        ["host", "world", "unmanaged", "health", "init", "remote-node", "kube-apiserver", "ingress", "world-ipv4", "world-ipv6"];

    /// <summary>In the order of their numbers, from 1.</summary>
    public static IReadOnlyList<Identity> All { get; } = [.. Names.Select(
        (name, index) => new Identity((uint)index + 1, LabelSet.Create([new Label(LabelSources.Reserved, name, "")])))];

    /// <summary>"host" for 1; null for a number that is not reserved.</summary>
    public static string? NameOf(uint number) => number >= 1 && number <= Names.Length ? Names[number - 1] : null;

    public static bool IsName(string text) => Names.Contains(text);
}
