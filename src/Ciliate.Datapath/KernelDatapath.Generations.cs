using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tailoring;

namespace Ciliate.Datapath;

/// <summary>Generations: filled, made current by one store, retired after a grace period.</summary>
public sealed partial class KernelDatapath
{
    /// <summary>Generations past that may wait for their end: what a burst of changes leaves behind takes memory until then. Emptying so many, and the
    /// grace period before it, is what the change waits for that finds the limit.</summary>
    private const int MostRetired = 256;

    public uint Publish(ushort endpointId, PolicyTables tables) => Explain($"publish a generation of endpoint {endpointId}", () =>
    {
        RequireEndpoint(endpointId);
        if (!_slots.AnyFree || _slots.Retired.Count >= MostRetired)
            ReclaimSlots();
        uint slot = _slots.Take();
        uint generation = _endpoints.NextGeneration();
        try
        {
            Fill(slot, tables);
            _slots.Write(slot, BuildSlot(endpointId, generation, tables));
        }
        catch
        {
            _slots.Retire(slot);
            throw;
        }
        ulong previous = _endpoints.CommitOf(endpointId);
        _endpoints.Commit(endpointId, generation, slot);
        RetireSlotOf(previous);
        return generation;
    });

    public void AddEntries(ushort endpointId, IReadOnlyCollection<PolicyEntry> entries) =>
        Explain($"add policy entries to endpoint {endpointId}", () =>
        {
            // A packet that is still judged by a generation past must not meet a peer that only the present one knows.
            ReclaimSlots();
            uint slot = CurrentSlot(endpointId);
            _policy.Add(slot, entries);
            if (!_slots.TryRead(slot, out var content))
                return;
            AddShapes(ref content, entries);
            // Programs that have the entries from before as code ask the tables from here on.
            content.Additions++;
            _slots.Write(slot, content);
        });

    public void RemoveEntries(ushort endpointId, IReadOnlyCollection<PolicyEntry> entries) =>
        Explain($"remove policy entries from endpoint {endpointId}", () => _policy.Remove(CurrentSlot(endpointId), entries));

    public SmallPolicy? ReadSmallPolicy(ushort endpointId) => Explain($"read the policy of endpoint {endpointId}", () =>
    {
        ulong commit = _endpoints.CommitOf(endpointId);
        uint slot = EndpointTable.SlotOf(commit);
        if (commit == 0 || !_slots.TryRead(slot, out var content) || _policy.Read(slot, 2 * PolicyCode.MostEntries) is not { } entries)
            return null;
        return new SmallPolicy(
            content.Generation, content.Additions, DefaultOf(content, TrafficDirection.Ingress), DefaultOf(content, TrafficDirection.Egress),
            [.. entries.OrderBy(entry => PlaceOf(content, entry))]);
    });

    private static DirectionDefault DefaultOf(in Slot slot, TrafficDirection direction)
    {
        var stored = slot.Directions[(int)direction];
        return new DirectionDefault(stored.Enforced != 0, stored.DefaultRule);
    }

    /// <summary>When the tables are asked for an entry.</summary>
    private static int PlaceOf(in Slot slot, in PolicyEntry entry)
    {
        var direction = slot.Directions[(int)entry.Direction];
        return direction.Shapes[..direction.ShapeCount].IndexOf(PolicyShapes.Of(entry));
    }

    private void AdoptSlots()
    {
        var used = new HashSet<uint>();
        for (ushort id = 1; id < (ushort)EndpointLimits.Endpoints; id++)
        {
            if (_endpoints.CommitOf(id) is var commit and not 0)
                used.Add(EndpointTable.SlotOf(commit));
        }
        // What the agent before had retired may still be read.
        _gracePeriod.Wait();
        _slots.Initialise(used);
        _policy.Adopt(used);
    }

    public void ReclaimGenerations() => Explain("free the slots of old generations", ReclaimSlots);

    public void WaitForReaders() => Explain("wait for the packets under way", _gracePeriod.Wait);

    private void RetireSlotOf(ulong commit)
    {
        if (commit != 0)
            _slots.Retire(EndpointTable.SlotOf(commit));
    }

    /// <summary>If the table is full, entries of generations past may still stand in it: makes room first.</summary>
    private void Fill(uint slot, PolicyTables tables)
    {
        if (!_policy.HasRoomFor(tables.Entries.Count))
            ReclaimSlots();
        _policy.Add(slot, tables.Entries);
    }

    /// <summary>Empties what no packet can be judged by any more. It waits for a grace period of some milliseconds, so it is done now and
    /// then and not as part of a change.</summary>
    private void ReclaimSlots()
    {
        if (_slots.Retired.Count == 0)
            return;
        uint[] retired = [.. _slots.Retired];
        _gracePeriod.Wait();
        foreach (var slot in retired)
        {
            _policy.Clear(slot);
            _slots.Free(slot);
        }
    }

    private uint CurrentSlot(ushort endpointId)
    {
        RequireEndpoint(endpointId);
        ulong commit = _endpoints.CommitOf(endpointId);
        return commit != 0
            ? EndpointTable.SlotOf(commit)
            : throw new DatapathException($"endpoint {endpointId} has no generation yet");
    }

    private void RequireEndpoint(ushort endpointId)
    {
        if (!_endpoints.Exists(endpointId))
            throw new DatapathException($"endpoint {endpointId} is not attached");
    }

    private static Slot BuildSlot(ushort endpointId, uint generation, PolicyTables tables)
    {
        Slot slot = new() { Identity = tables.Identity, Generation = generation, Endpoint = endpointId };
        slot.Directions[(int)TrafficDirection.Ingress] = BuildDirection(tables.Ingress);
        slot.Directions[(int)TrafficDirection.Egress] = BuildDirection(tables.Egress);
        AddShapes(ref slot, tables.Entries);
        return slot;
    }

    private static PolicyDirection BuildDirection(DirectionDefault verdict) =>
        new() { DefaultRule = verdict.RuleId, Enforced = verdict.Enforced ? (byte)1 : (byte)0 };

    /// <summary>Appends the shapes of <paramref name="entries"/> that the slot lacks. What stood there keeps its place, so that this may be done to
    /// a slot that is in use.</summary>
    private static void AddShapes(ref Slot slot, IEnumerable<PolicyEntry> entries)
    {
        foreach (var entry in entries)
        {
            ref var direction = ref slot.Directions[(int)entry.Direction];
            var known = direction.Shapes[..direction.ShapeCount];
            byte shape = PolicyShapes.Of(entry);
            if (!known.Contains(shape))
                direction.Shapes[direction.ShapeCount++] = shape;
        }
    }
}
