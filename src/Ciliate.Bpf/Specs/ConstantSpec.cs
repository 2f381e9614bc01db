namespace Ciliate.Bpf;

/// <summary>A <c>const volatile</c> variable of the object: set before load, known to the verifier.</summary>
/// <param name="MapIndex">Its section, in <see cref="ObjectSpec.Maps"/>.</param>
/// <param name="Offset">Bytes from the start of the section.</param>
/// <param name="Size">Bytes.</param>
/// <param name="TypeName">As in C: "struct mac".</param>
/// <param name="Description">Text of its declaration tag, empty when it has none.</param>
public sealed record ConstantSpec(string Name, int MapIndex, int Offset, int Size, uint TypeId, string TypeName, string Description)
{
    internal static IEnumerable<ConstantSpec> Read(BtfSpec btf, IReadOnlyList<MapSpec> maps)
    {
        for (int i = 0; i < maps.Count; i++)
        {
            if (!maps[i].IsConstant || btf[maps[i].ValueTypeId] is not BtfDataSection section)
            {
                continue;
            }

            foreach (BtfSectionVariable entry in section.Variables)
            {
                var variable = (BtfVariable)btf[entry.VariableId];
                if (IsVolatile(btf, variable.TypeId))
                {
                    yield return new ConstantSpec(
                        variable.Name, i, (int)entry.Offset, (int)entry.Size, variable.TypeId,
                        btf.Describe(variable.TypeId), string.Join("; ", btf.TagsOf(variable.Id)));
                }
            }
        }
    }

    // What is const alone has been folded into the code by the compiler: to set it would change nothing.
    private static bool IsVolatile(BtfSpec btf, uint id)
    {
        for (int depth = 0; depth < 32; depth++)
        {
            switch (btf[id])
            {
                case BtfReference { Kind: BtfKind.Volatile }:
                    return true;
                case BtfReference { Kind: not BtfKind.Pointer } word:
                    id = word.TypeId;
                    break;
                case BtfArray array:
                    id = array.ElementTypeId;
                    break;
                default:
                    return false;
            }
        }

        return false;
    }
}
