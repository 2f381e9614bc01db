namespace Ciliate.Bpf.Specialization;

/// <summary>Collects what a pass changes in a routine. Copies only if something changes, and closes up over what was removed.</summary>
internal struct RoutineEdit(Routine routine)
{
    private Node[]? _nodes;
    private bool _removed;

    public void Replace(int index, Node node)
    {
        _nodes ??= (Node[])routine.Nodes.Clone();
        _nodes[index] = node;
    }

    public void Remove(int index)
    {
        Replace(index, Node.Nothing);
        _removed = true;
    }

    /// <summary>The routine itself when nothing was changed.</summary>
    public readonly Routine Result() =>
        _nodes is null ? routine : routine.With(_removed ? CloseUp(_nodes) : _nodes);

    /// <summary>Jumps to a node that was removed go to the next that is left.</summary>
    private static Node[] CloseUp(Node[] nodes)
    {
        int[] places = new int[nodes.Length];
        int count = 0;
        for (int i = 0; i < nodes.Length; i++)
        {
            places[i] = count;
            count += nodes[i].IsNothing ? 0 : 1;
        }

        var left = new Node[count];
        for (int i = 0; i < nodes.Length; i++)
        {
            if (!nodes[i].IsNothing)
            {
                left[places[i]] = nodes[i].IsJump ? nodes[i] with { Target = places[nodes[i].Target] } : nodes[i];
            }
        }

        return left;
    }
}
