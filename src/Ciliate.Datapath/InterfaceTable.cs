using Ciliate.Bpf;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>Host ends of endpoints to their ids: how a program finds the endpoint that it runs for. A place is the lower bits of an interface's
/// index. Two interfaces may have one; programs would find no endpoint for one of them, so the second is refused.</summary>
internal sealed class InterfaceTable(MappedArray<uint> places)
{
    private const int Count = (int)EndpointLimits.Interfaces;

    /// <summary>Makes the table what the endpoints' rows say, which are right whoever was here before: agents that know no such table, or one
    /// that died. Of two that share a place the first stays.</summary>
    public void Adopt(IEnumerable<(ushort Id, int IfIndex)> endpoints)
    {
        var wanted = new uint[Count];
        foreach (var (id, ifIndex) in endpoints)
        {
            ref uint place = ref wanted[PlaceOf(ifIndex)];
            place = place == 0 ? id : place;
        }
        for (int place = 0; place < Count; place++)
        {
            if (places[place] != wanted[place])
                Volatile.Write(ref places[place], wanted[place]);
        }
    }

    /// <exception cref="DatapathException">The place is another endpoint's.</exception>
    public void Require(ushort id, int ifIndex)
    {
        uint owner = places[PlaceOf(ifIndex)];
        if (owner != 0 && owner != id)
        {
            throw new DatapathException(
                $"interface {ifIndex} and that of endpoint {owner} have the lower 16 bits of their index in common; make the endpoint again");
        }
    }

    /// <summary>The row must be complete: from here on programs at the interface find it.</summary>
    public void Enter(ushort id, int ifIndex) => Volatile.Write(ref places[PlaceOf(ifIndex)], id);

    /// <summary>Safe to repeat.</summary>
    public void Leave(ushort id, int ifIndex)
    {
        if (places[PlaceOf(ifIndex)] == id)
            Volatile.Write(ref places[PlaceOf(ifIndex)], 0);
    }

    /// <summary>The first index from this one on whose place is nobody's. There is one: endpoints are fewer than places.</summary>
    public int NextFree(int ifIndex)
    {
        while (places[PlaceOf(ifIndex)] != 0)
            ifIndex++;
        return ifIndex;
    }

    private static int PlaceOf(int ifIndex) => ifIndex & (Count - 1);
}
