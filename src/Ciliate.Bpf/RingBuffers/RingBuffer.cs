using Ciliate.Linux;

namespace Ciliate.Bpf;

/// <summary>Takes one record of a ring buffer. The bytes are the kernel's memory, valid during the call only.</summary>
public delegate void RingBufferRecord(ReadOnlySpan<byte> record);

/// <summary>The reading end of a ring buffer, mapped into memory. One reader at a time: not thread-safe.
/// Format: Documentation/bpf/ringbuf.rst of the kernel.</summary>
public sealed class RingBuffer : IDisposable
{
    private const uint Busy = 1u << 31;
    private const uint Discarded = 1u << 30;
    private const int HeaderSize = 8;

    private readonly MemoryMapping _consumer;
    private readonly MemoryMapping _producer;
    private readonly int _page = Environment.SystemPageSize;
    private readonly long _mask;

    /// <exception cref="ArgumentException">The map is no ring buffer.</exception>
    /// <exception cref="LinuxException">It cannot be mapped.</exception>
    public RingBuffer(BpfMap map)
    {
        if (map.Info.Type != MapType.RingBuffer)
        {
            throw new ArgumentException($"map {map.Name} is {map.Info.Type}, not a ring buffer");
        }

        long size = map.Info.MaxEntries;
        _mask = size - 1;
        _consumer = MemoryMapping.Map(map.Descriptor, _page, writable: true, $"map the read position of ring buffer {map.Name}");
        try
        {
            // The kernel maps the data twice in a row, so that a record never breaks at the end.
            _producer = MemoryMapping.Map(map.Descriptor, _page + 2 * size, writable: false, $"map the records of ring buffer {map.Name}", _page);
        }
        catch
        {
            _consumer.Dispose();
            throw;
        }
    }

    /// <summary>Hands over the records that are there, in order, and returns how many. A record that is still being written ends it.</summary>
    /// <param name="limit">At most so many.</param>
    public int Consume(RingBufferRecord callback, int limit = int.MaxValue)
    {
        int count = 0;
        ref ulong consumer = ref _consumer.At<ulong>(0);
        ulong position = Volatile.Read(ref consumer);
        while (count < limit && position < Volatile.Read(ref _producer.At<ulong>(0)))
        {
            long header = _page + (long)(position & (ulong)_mask);
            uint length = Volatile.Read(ref _producer.At<uint>(header));
            if ((length & Busy) != 0)
            {
                break;
            }

            int size = (int)(length & ~Discarded);
            try
            {
                if ((length & Discarded) == 0)
                {
                    count++;
                    callback(Record(header + HeaderSize, size));
                }
            }
            finally
            {
                // A record counts as taken even when its callback throws.
                position += (ulong)((size + HeaderSize + 7) & ~7);
                Volatile.Write(ref consumer, position);
            }
        }

        return count;
    }

    public void Dispose()
    {
        _consumer.Dispose();
        _producer.Dispose();
    }

    private unsafe ReadOnlySpan<byte> Record(long offset, int size) => new(_producer.Address + offset, size);
}
