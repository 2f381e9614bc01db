namespace Ciliate.Policy;

/// <summary>The kinds of documents that are policies. Each has names of its own.</summary>
public enum PolicyKind : byte
{
    CiliumNetworkPolicy = 0,
    CiliumClusterwideNetworkPolicy = 1,
    NetworkPolicy = 2,
}
