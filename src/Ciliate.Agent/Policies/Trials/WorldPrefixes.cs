using System.Net;
using System.Net.Sockets;
using Ciliate.Policy;

namespace Ciliate.Agent.Policies;

/// <summary>Addresses outside by the longest of some prefixes.</summary>
internal sealed class WorldPrefixes(IReadOnlyList<IPNetwork> prefixes)
{
    private const uint Number = IdentityNumbers.LocalScope + 1;

    private readonly HashSet<IPNetwork> _prefixes = [.. prefixes];

    private readonly (AddressFamily Family, int Length)[] _lengths =
        [.. prefixes.Select(prefix => (prefix.BaseAddress.AddressFamily, prefix.PrefixLength)).Distinct().OrderByDescending(kind => kind.PrefixLength)];

    /// <summary>As the only peer of its kind: of the prefix, or of the world. Its number says nothing.</summary>
    public Identity IdentityOf(IPAddress address)
    {
        foreach ((AddressFamily family, int length) in _lengths)
        {
            if (family == address.AddressFamily && Cut(address, length) is var prefix && _prefixes.Contains(prefix))
                return Identity.OfPrefix(Number, prefix);
        }

        return ReservedIdentities.All.First(identity => identity.Number == ReservedIdentities.World);
    }

    private static IPNetwork Cut(IPAddress address, int length)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] &= (byte)(0xff00 >> Math.Clamp(length - (8 * i), 0, 8));
        return new IPNetwork(new IPAddress(bytes), length);
    }
}
