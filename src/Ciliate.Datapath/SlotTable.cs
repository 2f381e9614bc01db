using Ciliate.Bpf;
using Ciliate.Datapath.Abi;
using Ciliate.Linux;

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

    public bool AnyRetired => _retired.Count > 0;

    public uint Take() => _free.TryPop(out var slot)
        ? slot
        : throw new DatapathException($"all {(uint)EndpointLimits.Slots - 1} policy slots are in use");

    public void Write(uint slot, in Slot content) => slots.Update(slot, content);

    public bool TryRead(uint slot, out Slot content) => slots.TryGet(slot, out content);

    public void Return(uint slot) => _free.Push(slot);

    /// <summary>To be freed once <see cref="WaitForReaders"/> has run.</summary>
    public void Retire(uint slot) => _retired.Add(slot);

    /// <summary>Waits until no program can still read a retired slot; returns those slots, which the caller empties and returns.</summary>
    public IReadOnlyList<uint> WaitForReaders()
    {
        if (_retired.Count == 0)
            return [];
        var waited = _retired.ToArray();
        _retired.Clear();
        SystemCall.WaitForGracePeriod();
        return waited;
    }
}
