using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Ciliate.Agent.Ipam;

/// <summary>The addresses of one family that containers get, as numbers, so that both families share one arithmetic.
/// The first host address is the gateway; the network's own and, for IPv4, the broadcast address are never given.</summary>
public sealed record AddressRange
{
    private static readonly (IPNetwork Network, string Use)[] Unusable =
    [
        (IPNetwork.Parse("0.0.0.0/8"), "this network"), (IPNetwork.Parse("127.0.0.0/8"), "loopback"),
        (IPNetwork.Parse("169.254.0.0/16"), "link-local"), (IPNetwork.Parse("224.0.0.0/3"), "multicast and reserved"),
        (IPNetwork.Parse("::/8"), "loopback, IPv4-mapped and reserved"),
        (IPNetwork.Parse("fe80::/10"), "link-local"), (IPNetwork.Parse("ff00::/8"), "multicast"),
    ];

    private AddressRange(IPNetwork network)
    {
        Network = network;
        UInt128 first = ToNumber(network.BaseAddress);
        int hostBits = Bits - network.PrefixLength;
        UInt128 last = first + ((UInt128.One << hostBits) - 1);
        Gateway = ToAddress(first + 1);
        Broadcast = IsIPv4 ? ToAddress(last) : null;
        FirstNumber = first + 2;
        LastNumber = IsIPv4 ? last - 1 : last;
    }

    public IPNetwork Network { get; }

    public IPAddress Gateway { get; }

    /// <summary>The range's last address; null for IPv6, which has none.</summary>
    public IPAddress? Broadcast { get; }

    public bool IsIPv4 => Network.BaseAddress.AddressFamily == AddressFamily.InterNetwork;

    /// <summary>Prefix length of a single address.</summary>
    public int Bits => IsIPv4 ? 32 : 128;

    /// <summary>Number of addresses that containers can get.</summary>
    public UInt128 Size => LastNumber - FirstNumber + 1;

    internal UInt128 FirstNumber { get; }

    internal UInt128 LastNumber { get; }

    /// <param name="problem">When refused: the rest of a sentence that starts with the text.</param>
    public static bool TryParse(string text, AddressFamily family, [NotNullWhen(true)] out AddressRange? range, out string problem)
    {
        range = null;
        problem = Problem(text, family, out IPNetwork network);
        if (problem.Length != 0)
            return false;
        range = new AddressRange(network);
        return true;
    }

    /// <summary>Whether containers can get the address.</summary>
    public bool Contains(IPAddress address)
    {
        if (address.AddressFamily != Network.BaseAddress.AddressFamily)
            return false;
        UInt128 number = ToNumber(address);
        return number >= FirstNumber && number <= LastNumber;
    }

    internal UInt128 ToNumber(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        return length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    internal IPAddress ToAddress(UInt128 number)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return new IPAddress(IsIPv4 ? bytes[12..] : bytes);
    }

    private static string Problem(string text, AddressFamily family, out IPNetwork network)
    {
        bool ipv4 = family == AddressFamily.InterNetwork;
        string wanted = ipv4 ? "IPv4" : "IPv6";
        network = default;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !IPAddress.TryParse(text.AsSpan(0, slash), out IPAddress? address)
            || !IsWrittenInFull(text[..slash], address)
            || !byte.TryParse(text.AsSpan(slash + 1), System.Globalization.NumberStyles.None, null, out byte length))
        {
            return $"is not an {wanted} network such as {(ipv4 ? "10.101.0.0/24" : "fd00:101::/64")}";
        }

        if (address.AddressFamily != family)
            return $"is not {wanted}";
        (int widest, int narrowest) = ipv4 ? (8, 30) : (16, 126);
        if (length > narrowest)
            return $"is too small: it takes at least a /{narrowest}";
        if (length < widest)
            return $"is too large: it may be at most a /{widest}";
        if (!IPNetwork.TryParse(text, out network) || !network.BaseAddress.Equals(address))
            return $"has bits set after its first {length}";
        IPNetwork candidate = network;
        // IPNetwork takes mapped addresses for IPv4 ones: no IPv6 network contains them.
        string? use = address.IsIPv4MappedToIPv6 ? "IPv4-mapped" : Unusable.FirstOrDefault(entry => Overlap(entry.Network, candidate)).Use;
        return use is null ? "" : $"overlaps {use} addresses";
    }

    /// <summary>Refuses what inet_aton(3) would guess at, such as 10.1 or 010.0.0.1, and IPv6 zones.</summary>
    private static bool IsWrittenInFull(string text, IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? !text.Contains('%', StringComparison.Ordinal) : address.ToString() == text;

    private static bool Overlap(IPNetwork one, IPNetwork other) =>
        one.BaseAddress.AddressFamily == other.BaseAddress.AddressFamily
        && (one.Contains(other.BaseAddress) || other.Contains(one.BaseAddress));
}
