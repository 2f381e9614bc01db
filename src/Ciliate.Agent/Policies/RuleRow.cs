namespace Ciliate.Agent.Policies;

/// <summary>The number by which the kernel tells a rule.</summary>
/// <param name="Text">Such as <c>web/ingress[0]</c>.</param>
/// <param name="Released">When its policy went; null while it is there.</param>
public sealed record RuleRow(uint Id, string Text, DateTimeOffset? Released);
