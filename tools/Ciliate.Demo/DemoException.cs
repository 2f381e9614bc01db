namespace Ciliate.Demo;

/// <summary>Something is not as it should be. The message is one line.</summary>
internal sealed class DemoException(string message) : Exception(message);
