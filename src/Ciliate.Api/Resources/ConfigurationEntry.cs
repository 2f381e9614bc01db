namespace Ciliate.Api;

/// <summary>An option of the agent as it is in force.</summary>
/// <param name="Source"><c>default</c>, a file with the line, an environment variable, or a flag.</param>
public sealed record ConfigurationEntry(string Name, string Value, string Source, string Default);
