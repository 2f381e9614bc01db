namespace Ciliate.Bench;

/// <summary>The run cannot go on; the message is one line that says why and what to do.</summary>
internal sealed class BenchException(string message) : Exception(message);
