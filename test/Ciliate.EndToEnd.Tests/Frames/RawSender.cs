using System.Buffers.Binary;
using Ciliate.Linux;
using Ciliate.Testing;

namespace Ciliate.EndToEnd.Tests.Frames;

/// <summary>What the sender of a frame leaves to the card (packet(7): PACKET_VNET_HDR): where in the frame the checksum begins, how many bytes
/// from there it is put, and into datagrams of how much content the frame is cut, 0 for not at all.</summary>
public readonly record struct Offload(int Start, int Offset, int SegmentSize = 0)
{
    private const byte NeedsChecksum = 1, CutIntoDatagrams = 5;

    /// <summary>struct virtio_net_hdr (linux/virtio_net.h).</summary>
    public byte[] ToHeader()
    {
        const int udpHeader = 8;
        byte[] header = [NeedsChecksum, SegmentSize > 0 ? CutIntoDatagrams : (byte)0, 0, 0, 0, 0, 0, 0, 0, 0];
        if (SegmentSize > 0)
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(2), (ushort)(Start + udpHeader));
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(4), (ushort)SegmentSize);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), (ushort)Start);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)Offset);
        return header;
    }
}

/// <summary>Puts frames on an interface as they are (packet(7)), as a container with the right to do so might.</summary>
public sealed class RawSender : IDisposable
{
    private const int AfPacket = 17, SockRaw = 3;
    private const int AddressSize = 20;
    private readonly KernelSocket _socket;

    /// <param name="withOffload">Every frame is sent with an <see cref="Offload"/>.</param>
    public RawSender(TestNamespace inside, string link = "eth0", bool withOffload = false)
    {
        const int solPacket = 263, packetVnetHeader = 15;
        _socket = inside.Run(() => KernelSocket.Open(AfPacket, SockRaw, 0, "packet socket"));
        // struct sockaddr_ll: family and interface index; the rest is for receiving.
        Span<byte> address = stackalloc byte[AddressSize];
        address.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(address, AfPacket);
        BinaryPrimitives.WriteInt32LittleEndian(address[4..], inside.Route.GetLink(link).Index);
        _socket.Bind(address);
        if (withOffload)
            _socket.SetOption(solPacket, packetVnetHeader, 1);
    }

    public void Send(ReadOnlySpan<byte> frame) => _socket.Send(frame);

    public void Send(ReadOnlySpan<byte> frame, Offload offload) => _socket.Send([.. offload.ToHeader(), .. frame]);

    public void Dispose() => _socket.Dispose();
}
