namespace Ciliate.Policy;

/// <summary>The tables of one endpoint would have more entries than are allowed. It is thrown as soon as that is known, so that time and memory
/// are bounded by what is allowed, not by what the policies ask for.</summary>
/// <param name="rule">The one whose entries are too many beside those of the rules before it.</param>
public sealed class TableSizeException(RuleReference rule) : Exception($"with {rule} there are too many entries")
{
    public RuleReference Rule => rule;
}
