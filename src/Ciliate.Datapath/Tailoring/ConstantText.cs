using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Ciliate.Bpf;
using Ciliate.Bpf.Specialization;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath.Tailoring;

/// <summary>Constants of bpf/lib/config.h as users write them.</summary>
internal static class ConstantText
{
    public static ProgramConstant Of(UsedConstant used) =>
        new(used.Constant.Name, ValueOf(used.Constant, used.Value.Span), used.Constant.Description["config: ".Length..]);

    private static string ValueOf(ConstantSpec constant, ReadOnlySpan<byte> value) => (constant.TypeName.Split(' ')[^1], value.Length) switch
    {
        ("address", _) => AddressCodec.Decode(MemoryMarshal.Read<Address>(value))?.ToString() ?? "none",
        ("endpoint", _) => Row(MemoryMarshal.Read<Abi.Endpoint>(value)),
        (_, sizeof(byte)) => value[0].ToString(CultureInfo.InvariantCulture),
        (_, sizeof(ushort)) => BinaryPrimitives.ReadUInt16LittleEndian(value).ToString(CultureInfo.InvariantCulture),
        (_, sizeof(uint)) => BinaryPrimitives.ReadUInt32LittleEndian(value).ToString(CultureInfo.InvariantCulture),
        _ => Convert.ToHexStringLower(value),
    };

    private static string Row(Abi.Endpoint row)
    {
        string[] addresses = [.. new[] { row.Ipv4, row.Ipv6 }.Select(AddressCodec.Decode).OfType<object>().Select(address => $"{address}")];
        return row.Ifindex == 0 ? "none" : $"{Mac(row.Mac)} by {Mac(row.HostMac)}, {string.Join(", ", addresses)}";
    }

    private static string Mac(Mac mac) => string.Join(':', AddressCodec.Decode(mac).GetAddressBytes().Select(octet => octet.ToString("x2", CultureInfo.InvariantCulture)));
}
