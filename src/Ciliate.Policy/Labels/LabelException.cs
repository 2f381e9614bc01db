namespace Ciliate.Policy;

/// <summary>A label that cannot be used; the message is one line that names it and says what is wrong.</summary>
public sealed class LabelException(string message) : Exception(message);
