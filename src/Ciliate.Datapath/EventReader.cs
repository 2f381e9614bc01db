using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Ciliate.Bpf;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>Moves verdicts from the ring buffer into a bounded channel, on a thread of its own. Counts what found either full.</summary>
internal sealed class EventReader : IDisposable
{
    private const int ChannelCapacity = 8192;
    private const ushort EthertypeIPv6 = 0x86dd;

    /// <summary>Programs wake the reader at most once a tick, of which the longest is 10 ms.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(20);

    private readonly Channel<VerdictEvent> _channel = Channel.CreateBounded<VerdictEvent>(
        new BoundedChannelOptions(ChannelCapacity) { FullMode = BoundedChannelFullMode.Wait });

    private readonly PerCpuMap<uint, EventCounters> _counters;
    private readonly RingBufferReader _reader;
    private ulong _lostHere;

    public EventReader(BpfMap ring, PerCpuMap<uint, EventCounters> counters)
    {
        _counters = counters;
        _reader = RingBufferReader.Start(ring, Accept, Linger);
    }

    public ChannelReader<VerdictEvent> Events => _channel.Reader;

    public ulong Lost => Volatile.Read(ref _lostHere) + LostInKernel();

    /// <summary>When it returns the channel has what was told before.</summary>
    public void ReadNow() => _reader.ReadNow();

    public void Dispose()
    {
        _reader.Dispose();
        _channel.Writer.TryComplete();
    }

    private ulong LostInKernel()
    {
        ulong sum = 0;
        foreach (var cpu in _counters[0])
            sum += cpu.Lost;
        return sum;
    }

    private void Accept(ReadOnlySpan<byte> record)
    {
        if (record.Length < Unsafe.SizeOf<Event>() || !_channel.Writer.TryWrite(Translate(MemoryMarshal.Read<Event>(record))))
            Interlocked.Increment(ref _lostHere);
    }

    /// <summary>Null for what is not IP, or was dropped before its addresses were read.</summary>
    private static IPAddress? AddressOf(in Event e, Address address) =>
        AddressCodec.Decode(address) ?? (e.Ethertype == EthertypeIPv6 && e.Protocol != 0 ? IPAddress.IPv6Any : null);

    private static VerdictEvent Translate(in Event e) => new(
        KernelTime.ToWallClock(e.Timestamp),
        (VerdictKind)e.Type,
        (uint)e.Reason,
        e.Endpoint,
        (TrafficDirection)e.Direction,
        AddressOf(e, e.Source),
        AddressOf(e, e.Destination),
        e.SourcePort.ToHost(),
        e.DestinationPort.ToHost(),
        e.Protocol,
        e.TcpFlags,
        e.SourceIdentity,
        e.DestinationIdentity,
        e.SourceEndpoint,
        e.DestinationEndpoint,
        e.Rule,
        e.Generation,
        e.Reply != 0,
        e.Length,
        e.IcmpType,
        e.IcmpCode);
}
