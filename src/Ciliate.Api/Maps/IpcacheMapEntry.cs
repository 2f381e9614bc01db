namespace Ciliate.Api;

/// <summary>The identity of a prefix; the longest prefix decides.</summary>
public sealed record IpcacheMapEntry(string Cidr, uint Identity, IReadOnlyList<string> Labels);
