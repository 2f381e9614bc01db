using System.Runtime.InteropServices;
using Ciliate.Linux;

namespace Ciliate.Netlink.Protocol;

/// <summary>Makes an item of a message; false leaves the message out.</summary>
internal delegate bool MessageParser<T>(NetlinkMessage message, out T item);

/// <summary>Requests and answers on one route netlink socket, one at a time. Thread-safe.</summary>
internal sealed class NetlinkChannel : IDisposable
{
    // The kernel makes dump datagrams of at most 32 KiB; a single answer is far smaller.
    private const int BufferSize = 64 * 1024;
    private const int MaxDumpAttempts = 10;

    private readonly Lock _gate = new();
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private uint _sequence;

    public NetlinkChannel()
    {
        Socket = RouteSocket.Open(groups: 0);
    }

    public KernelSocket Socket { get; }

    /// <summary>Sends a request that is answered by success or an error only.</summary>
    public void Execute(Span<byte> request, string what)
    {
        lock (_gate)
        {
            SendNext(request, Nl.NLM_F_ACK);
            Collect<bool>(what, null, null);
        }
    }

    /// <summary>Sends a request that is answered by one object.</summary>
    public T Query<T>(Span<byte> request, string what, MessageParser<T> parse)
    {
        lock (_gate)
        {
            List<T> items = [];
            SendNext(request, Nl.NLM_F_ACK);
            Collect(what, parse, items);
            return items.Count == 1 ? items[0] : throw new NetlinkException(what, Errno.EPROTO, $"{items.Count} objects in the answer");
        }
    }

    /// <summary>Sends a request that is answered by a list. When the kernel's table changed meanwhile the list is asked for
    /// again.</summary>
    public List<T> Dump<T>(Span<byte> request, string what, MessageParser<T> parse)
    {
        lock (_gate)
        {
            for (int attempt = 0; attempt < MaxDumpAttempts; attempt++)
            {
                List<T> items = [];
                SendNext(request, Nl.NLM_F_DUMP);
                if (Collect(what, parse, items))
                {
                    return items;
                }
            }
        }

        throw new NetlinkException(what, Errno.EAGAIN, "the table changed during every attempt to read it");
    }

    public void Dispose() => Socket.Dispose();

    private void SendNext(Span<byte> request, ushort flags)
    {
        MemoryMarshal.Write(request[6..], (ushort)(MemoryMarshal.Read<ushort>(request[6..]) | flags));
        MemoryMarshal.Write(request[8..], ++_sequence);
        Socket.Send(request);
    }

    /// <summary>Reads until the answer is complete; false when it is not consistent.</summary>
    private bool Collect<T>(string what, MessageParser<T>? parse, List<T>? items)
    {
        bool consistent = true;
        while (true)
        {
            var messages = new MessageReader(RouteSocket.Receive(Socket, _buffer, what));
            while (messages.MoveNext())
            {
                NetlinkMessage message = messages.Current;
                // An answer to an earlier request whose reading failed.
                if (message.Sequence != _sequence)
                {
                    continue;
                }

                consistent &= (message.Flags & Nl.NLM_F_DUMP_INTR) == 0;
                switch (message.Type)
                {
                    case Nl.NLMSG_DONE or Nl.NLMSG_ERROR:
                        Acknowledgement.Check(message, what);
                        return consistent;
                    case Nl.NLMSG_NOOP:
                        break;
                    case var _ when parse is not null && parse(message, out T item):
                        items!.Add(item);
                        break;
                }
            }
        }
    }
}
