namespace Ciliate.Policy;

public enum SelectorOperator : byte
{
    In = 0,
    NotIn = 1,
    Exists = 2,
    DoesNotExist = 3,
}
