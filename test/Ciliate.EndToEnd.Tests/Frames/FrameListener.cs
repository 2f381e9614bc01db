using System.Buffers.Binary;
using Ciliate.Linux;
using Ciliate.Testing;

namespace Ciliate.EndToEnd.Tests.Frames;

/// <summary>Sees every frame that arrives at a container's interface, whatever its stack makes of it (packet(7)).</summary>
public sealed class FrameListener : IDisposable
{
    private const int AfPacket = 17, SockRaw = 3, AllProtocols = 0x0003;
    private const int AddressSize = 20;
    private const int DoNotWait = 0x40;
    private readonly KernelSocket _socket;
    private readonly byte[] _own;

    public FrameListener(TestNamespace inside)
    {
        var link = inside.Route.GetLink("eth0");
        _own = link.Mac.GetAddressBytes();
        _socket = inside.Run(() => KernelSocket.Open(AfPacket, SockRaw, BinaryPrimitives.ReverseEndianness((ushort)AllProtocols), "packet socket"));
        Span<byte> address = stackalloc byte[AddressSize];
        address.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(address, AfPacket);
        BinaryPrimitives.WriteUInt16BigEndian(address[2..], AllProtocols);
        BinaryPrimitives.WriteInt32LittleEndian(address[4..], link.Index);
        _socket.Bind(address);
    }

    /// <summary>Frames from others since the last call.</summary>
    public IReadOnlyList<byte[]> Take()
    {
        var frames = new List<byte[]>();
        byte[] buffer = new byte[65536];
        for (int length; (length = _socket.Receive(buffer, DoNotWait)) > 0;)
        {
            if (!buffer.AsSpan(6, 6).SequenceEqual(_own))
                frames.Add(buffer[..length]);
        }

        return frames;
    }

    /// <summary>Has a frame come, since the last call, that ends with these bytes?</summary>
    public bool Saw(byte[] ending) => Find(ending) is not null;

    /// <summary>Waits for a frame that ends with these bytes, and returns it whole.</summary>
    public byte[] Await(byte[] ending)
    {
        byte[]? found = null;
        Eventually.Holds(() => (found = Find(ending)) is not null, "the packet arrives", TimeSpan.FromSeconds(20));
        return found!;
    }

    public void Dispose() => _socket.Dispose();

    private byte[]? Find(byte[] ending) => Take().FirstOrDefault(frame => frame.AsSpan().EndsWith(ending));
}
