using System.Buffers.Binary;
using Ciliate.Linux;
using Ciliate.Testing;

namespace Ciliate.EndToEnd.Tests.Frames;

/// <summary>Puts frames on an interface as they are (packet(7)), as a container with the right to do so might.</summary>
public sealed class RawSender : IDisposable
{
    private const int AfPacket = 17, SockRaw = 3;
    private const int AddressSize = 20;
    private readonly KernelSocket _socket;

    public RawSender(TestNamespace inside, string link = "eth0")
    {
        _socket = inside.Run(() => KernelSocket.Open(AfPacket, SockRaw, 0, "packet socket"));
        // struct sockaddr_ll: family and interface index; the rest is for receiving.
        Span<byte> address = stackalloc byte[AddressSize];
        address.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(address, AfPacket);
        BinaryPrimitives.WriteInt32LittleEndian(address[4..], inside.Route.GetLink(link).Index);
        _socket.Bind(address);
    }

    public void Send(ReadOnlySpan<byte> frame) => _socket.Send(frame);

    public void Dispose() => _socket.Dispose();
}
