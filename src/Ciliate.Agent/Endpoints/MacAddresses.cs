using System.Net.NetworkInformation;
using System.Security.Cryptography;
using System.Text;

namespace Ciliate.Agent.Endpoints;

/// <summary>MACs of an endpoint's two ends. They follow from owner, id and name, so that an endpoint made again looks the same to its
/// neighbours' caches, and differ between agents.</summary>
public static class MacAddresses
{
    public static PhysicalAddress Host(string owner, ushort id, string name) => Derive($"{owner}\nhost\n{id}\n{name}");

    public static PhysicalAddress Container(string owner, ushort id, string name) => Derive($"{owner}\ncontainer\n{id}\n{name}");

    private static PhysicalAddress Derive(string seed)
    {
        byte[] mac = SHA256.HashData(Encoding.UTF8.GetBytes(seed))[..6];
        // IEEE 802: bit 1 of the first octet is "locally administered", bit 0 is "group".
        mac[0] = (byte)((mac[0] & 0xfc) | 0x02);
        return new PhysicalAddress(mac);
    }
}
