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

    /// <summary>The address that a kernel derives from a MAC by modified EUI-64 (RFC 4291, appendix A).</summary>
    public IPAddress LinkLocal
    {
        get
        {
            var m = Mac.GetAddressBytes();
            return new IPAddress([0xfe, 0x80, 0, 0, 0, 0, 0, 0, (byte)(m[0] ^ 2), m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]]);
        }
    }

    public override string ToString() => Name;
}
