using System.Net;
using System.Net.NetworkInformation;

namespace Ciliate.Datapath.Tests.Packets;

public enum Family
{
    IPv4,
    IPv6,
}

/// <summary>Somebody who sends and receives: a MAC and an address of each family.</summary>
public sealed record Station(string Name, PhysicalAddress Mac, IPAddress IPv4, IPAddress IPv6)
{
    public IPAddress Address(Family family) => family == Family.IPv4 ? IPv4 : IPv6;

    public override string ToString() => Name;
}
