using System.Collections.Concurrent;
using System.Diagnostics;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Bpf.Tests.RingBuffers;

public sealed class RingBufferTests : IDisposable
{
    private readonly LoadedObject _loaded = Fixture.Load("maps", "emit");

    public void Dispose() => _loaded.Dispose();

    private int Emit(byte content, int length = 8) => _loaded.Run("emit", new SkBuff { Mark = (uint)length, Priority = content });

    [Fact]
    public void Records_come_in_order_with_their_bytes()
    {
        using var ring = new RingBuffer(_loaded.Map("ring"));
        Emit(2, 8);
        Emit(4, 100);
        var records = new List<byte[]>();

        Assert.Equal(2, ring.Consume(record => records.Add(record.ToArray())));

        Assert.Equal([[.. Enumerable.Repeat((byte)2, 8)], [.. Enumerable.Repeat((byte)4, 100)]], records);
        Assert.Equal(0, ring.Consume(record => records.Add(record.ToArray())));
    }

    [Fact]
    public void Discarded_records_are_passed_over()
    {
        using var ring = new RingBuffer(_loaded.Map("ring"));
        Emit(1);
        Emit(2);
        Emit(3);
        int count = 0;

        Assert.Equal(1, ring.Consume(record => count++));
        Assert.Equal(1, count);
    }

    [Fact]
    public void Records_go_across_the_end_of_the_ring()
    {
        using var ring = new RingBuffer(_loaded.Map("ring"));
        for (int i = 0; i < 500; i++)
        {
            byte content = (byte)(i * 2);
            Assert.Equal(0, Emit(content, 100));
            byte[] seen = [];
            ring.Consume(record => seen = record.ToArray());
            Assert.Equal(Enumerable.Repeat(content, 100), seen);
        }
    }

    [Fact]
    public void A_full_ring_takes_no_more_until_it_is_read()
    {
        using var ring = new RingBuffer(_loaded.Map("ring"));
        int written = 0;
        while (Emit(2, 100) == 0)
        {
            written++;
        }

        Assert.Equal(4096 / 112, written);
        Assert.Equal(10, ring.Consume(_ => { }, limit: 10));
        Assert.Equal(written - 10, ring.Consume(_ => { }));
        Assert.Equal(0, Emit(2, 100));
    }

    [Fact]
    public void A_callback_that_throws_loses_its_record_only()
    {
        using var ring = new RingBuffer(_loaded.Map("ring"));
        Emit(2);
        Emit(4);

        Assert.Throws<InvalidOperationException>(() => ring.Consume(_ => throw new InvalidOperationException()));

        byte first = 0;
        Assert.Equal(1, ring.Consume(record => first = record[0]));
        Assert.Equal(4, first);
    }

    [Fact]
    public void A_reader_hands_over_what_comes_on_its_own_thread()
    {
        var seen = new ConcurrentQueue<byte>();
        using (RingBufferReader.Start(_loaded.Map("ring"), record => seen.Enqueue(record[0])))
        {
            for (int i = 1; i <= 100; i++)
            {
                Eventually.Holds(() => Emit((byte)(i * 2)) == 0, "room in the ring");
            }

            Eventually.Holds(() => seen.Count == 100, "100 records");
        }

        Assert.Equal(Enumerable.Range(1, 100).Select(i => (byte)(i * 2)), seen);
    }

    [Fact]
    public async Task What_is_there_can_be_read_at_once_as_long_as_the_reader_has_not_ended()
    {
        var seen = new ConcurrentQueue<byte>();
        var reader = RingBufferReader.Start(_loaded.Map("ring"), record => seen.Enqueue(record[0]));
        for (int i = 1; i <= 100; i++)
        {
            Assert.Equal(0, Emit((byte)(i * 2)));
            reader.ReadNow();
            Assert.Equal(i, seen.Count);
        }

        reader.Dispose();
        await reader.Completion;
        Assert.Equal(Enumerable.Range(1, 100).Select(i => (byte)(i * 2)), seen);
        Assert.Throws<ObjectDisposedException>(reader.ReadNow);
    }

    [Fact]
    public async Task A_sleeping_reader_stops_at_once()
    {
        var reader = RingBufferReader.Start(_loaded.Map("ring"), _ => { });
        long start = Stopwatch.GetTimestamp();

        reader.Dispose();

        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1));
        await reader.Completion;
    }

    [Fact]
    public async Task A_reader_outlives_the_descriptor_of_its_map_and_can_stop_itself()
    {
        RingBufferReader? reader = null;
        var ready = new ManualResetEventSlim();
        reader = RingBufferReader.Start(_loaded.Map("ring"), _ =>
        {
            ready.Wait();
            reader!.Dispose();
        });
        using var program = BpfProgram.Open(_loaded.Program("emit").Info.Id);
        _loaded.Map("ring").Dispose();
        ready.Set();
        program.TestRun(new TestRunInput { Data = Fixture.Frame, Context = new SkBuff { Mark = 8, Priority = 2 } });

        await reader.Completion.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_the_callback_throws_ends_the_reader_and_is_told()
    {
        using var reader = RingBufferReader.Start(_loaded.Map("ring"), _ => throw new InvalidOperationException("no"));
        Emit(2);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => reader.Completion.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken));
        Assert.Equal("no", error.Message);
    }

    [Fact]
    public void Only_a_ring_buffer_can_be_read_as_one()
    {
        using LoadedObject maps = Fixture.Load("maps");

        Assert.Equal("map hash is Hash, not a ring buffer", Assert.Throws<ArgumentException>(() => new RingBuffer(maps.Map("hash"))).Message);
    }
}
