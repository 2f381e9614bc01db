using System.Net;

namespace Ciliate.Agent.Ipam;

/// <summary>Gives each address of a range to one holder at a time: the lowest free one after the last given, from the start again at the
/// end, so that an address that was given back rests for as long as possible. Used from the control loop only.</summary>
public sealed class AddressPool(string optionName, AddressRange range)
{
    private readonly HashSet<UInt128> _given = [];
    private UInt128 _last = range.FirstNumber - 1;

    public AddressRange Range { get; } = range;

    public int Given => _given.Count;

    /// <exception cref="AgentException">The range is used up.</exception>
    public IPAddress Allocate()
    {
        if ((UInt128)_given.Count >= Range.Size)
        {
            throw AgentException.Exhausted(
                $"{optionName} {Range.Network} is used up: all {Range.Size} addresses are given; delete an endpoint or set a larger range");
        }

        UInt128 candidate = _last;
        do
            candidate = candidate >= Range.LastNumber ? Range.FirstNumber : candidate + 1;
        while (_given.Contains(candidate));
        return Give(candidate);
    }

    /// <summary>Gives an address that was asked for.</summary>
    /// <exception cref="AgentException">It is out of range or already given.</exception>
    public IPAddress Reserve(IPAddress address)
    {
        if (!Range.Contains(address))
            throw AgentException.Invalid($"address {address} is not one that {optionName} {Range.Network} gives to containers");
        if (_given.Contains(Range.ToNumber(address)))
            throw AgentException.Conflict($"address {address} is already given to another endpoint");
        return Give(Range.ToNumber(address));
    }

    /// <summary>Gives an address back. Safe to repeat.</summary>
    public void Release(IPAddress address) => _given.Remove(Range.ToNumber(address));

    private IPAddress Give(UInt128 number)
    {
        _given.Add(number);
        _last = number;
        return Range.ToAddress(number);
    }
}
