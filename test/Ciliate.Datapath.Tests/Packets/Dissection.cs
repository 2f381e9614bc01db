using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;

namespace Ciliate.Datapath.Tests.Packets;

/// <summary>What a frame that came out of a program says, read without any of the code that built it.</summary>
public sealed class Dissection(byte[] frame)
{
    private bool IsIPv4 => EtherType == 0x0800;

    private int TransportOffset => IsIPv4 ? 14 + ((frame[14] & 15) * 4) : 54;

    private ReadOnlySpan<byte> Transport => frame.AsSpan(TransportOffset);

    public ushort EtherType => BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(12));

    public PhysicalAddress DestinationMac => new(frame[..6]);

    public PhysicalAddress SourceMac => new(frame[6..12]);

    public IPAddress Source => new(IsIPv4 ? frame[26..30] : frame[22..38]);

    public IPAddress Destination => new(IsIPv4 ? frame[30..34] : frame[38..54]);

    public byte HopLimit => IsIPv4 ? frame[22] : frame[21];

    public byte Protocol => IsIPv4 ? frame[23] : frame[20];

    public byte IcmpType => Transport[0];

    public ReadOnlySpan<byte> Icmp => Transport;

    public bool IPv4ChecksumIsRight => Checksum.Fold(Checksum.Sum(frame.AsSpan(14, TransportOffset - 14))) == 0;

    public bool TransportChecksumIsRight
    {
        get
        {
            uint sum = Checksum.Sum(Transport);
            if (Protocol != 1)
                sum += Checksum.Sum(Source.GetAddressBytes()) + Checksum.Sum(Destination.GetAddressBytes()) + Protocol + (uint)Transport.Length;
            return Checksum.Fold(sum) == 0;
        }
    }
}
