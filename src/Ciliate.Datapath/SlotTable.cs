using Ciliate.Bpf;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>Places for generations. A slot that was current is given out again only after a grace period, when no packet on any CPU
/// can still be judged by it.</summary>
internal sealed class SlotTable(BpfMap<uint, Slot> slots)
{
    private readonly Stack<uint> _free = new();
    private readonly List<uint> _retired = [];

    /// <summary>Declares every slot free that <paramref name="used"/> does not name.</summary>
    public void Initialise(IReadOnlySet<uint> used)
    {
        _free.Clear();
        for (uint slot = (uint)EndpointLimits.Slots - 1; slot > 0; slot--)
        {
            if (!used.Contains(slot))
                _free.Push(slot);
        }
    }

    public bool AnyFree => _free.Count > 0;

    /// <summary>Those that packets may still be judged by, and those that could not be emptied yet.</summary>
    public IReadOnlyList<uint> Retired => _retired;

    public uint Take() => _free.TryPop(out var slot)
        ? slot
        : throw new DatapathException($"all {(uint)EndpointLimits.Slots - 1} policy slots are in use");

    public void Write(uint slot, in Slot content) => slots.Update(slot, content);

    public bool TryRead(uint slot, out Slot content) => slots.TryGet(slot, out content);

    /// <summary>Is current no more, or was never; to be emptied and then <see cref="Free"/>d when a grace period has passed.</summary>
    public void Retire(uint slot) => _retired.Add(slot);

    /// <summary>A retired slot that is empty and that nobody reads.</summary>
    public void Free(uint slot)
    {
        if (_retired.Remove(slot))
            _free.Push(slot);
    }
}
