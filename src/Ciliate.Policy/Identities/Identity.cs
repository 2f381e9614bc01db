namespace Ciliate.Policy;

/// <summary>A number that stands for a set of labels. Everything that has the same labels has the same number.</summary>
public sealed record Identity(uint Number, LabelSet Labels);
