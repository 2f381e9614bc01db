using System.Runtime.InteropServices;
using Ciliate.Linux;
using Xunit;

namespace Ciliate.Bpf.Tests.Maps;

public sealed class MapTests : IDisposable
{
    private readonly ObjectSpec _spec = Fixture.Open("maps");
    private readonly List<BpfMap> _made = [];

    public void Dispose() => _made.ForEach(map => map.Dispose());

    private BpfMap Make(string name)
    {
        _made.Add(BpfMap.Create(_spec.Map(name)));
        return _made[^1];
    }

    [Theory]
    [InlineData("hash")]
    [InlineData("lru")]
    [InlineData("words")]
    [InlineData("plain_array")]
    [InlineData("per_cpu")]
    [InlineData("per_cpu_hash")]
    [InlineData("trie")]
    [InlineData("jumps")]
    [InlineData("ring")]
    [InlineData("hash_of_maps")]
    [InlineData("array_of_maps")]
    public void Every_kind_of_map_is_made_as_it_is_defined(string name)
    {
        MapSpec spec = _spec.Map(name);
        MapInfo info = Make(name).Info;

        Assert.Equal((spec.Type, spec.KeySize, spec.MaxEntries, spec.Flags, name), (info.Type, info.KeySize, info.MaxEntries, info.Flags, info.Name));
    }

    [Fact]
    public void A_hash_adds_updates_and_deletes()
    {
        BpfMap<uint, uint> map = Make("small_hash").As<uint, uint>();

        Assert.False(map.TryGet(1, out _));
        Assert.True(map.TryAdd(1, 10));
        Assert.False(map.TryAdd(1, 11));
        Assert.Equal(10u, map[1]);
        map[1] = 12;
        Assert.Equal(12u, map[1]);
        Assert.True(map.Delete(1));
        Assert.False(map.Delete(1));
        Assert.Equal("map small_hash has no entry for this key", Assert.Throws<KeyNotFoundException>(() => map[1]).Message);
        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxException>(() => map.Update(1, 1, UpdateMode.OnlyReplace)).Errno);
    }

    [Fact]
    public void A_full_map_says_which_it_is()
    {
        BpfMap<uint, uint> map = Make("small_hash").As<uint, uint>();
        map.Update(1, 1);
        map.Update(2, 2);

        Assert.Equal("update map small_hash: Argument list too long (E2BIG)", Assert.Throws<LinuxException>(() => map.Update(3, 3)).Message);
    }

    [Fact]
    public void Batches_carry_all_entries()
    {
        BpfMap<ulong, ulong> map = Make("hash").As<ulong, ulong>();
        ulong[] keys = [.. Enumerable.Range(0, 9000).Select(i => (ulong)i)];
        ulong[] values = [.. keys.Select(key => key * 3)];

        map.UpdateMany(keys, values);
        List<KeyValuePair<ulong, ulong>> read = map.ReadAll();

        Assert.Equal(keys.Zip(values), read.Select(entry => (entry.Key, entry.Value)).Order());
        Assert.Equal(keys, map.Keys().Order());
        Assert.Equal(3, map.DeleteMany([5, 100_000, 6, 200_000, 7]));
        Assert.Equal(8997, map.TakeAll().Count);
        Assert.Empty(map.ReadAll());
        Assert.Empty(map.Keys());
    }

    [Fact]
    public void An_array_and_a_trie_are_read_in_batches_too()
    {
        BpfMap<uint, uint> array = Make("plain_array").As<uint, uint>();
        array.UpdateMany([0, 1, 2, 3, 4], [5, 6, 7, 8, 9]);
        Assert.Equal([5u, 6u, 7u, 8u, 9u], array.ReadAll().Select(entry => entry.Value));

        BpfMap<Prefix, uint> trie = Make("trie").As<Prefix, uint>();
        trie.UpdateMany([new(8, 10), new(16, 10), new(24, 10)], [1, 2, 3]);
        Assert.Equal([1u, 2u, 3u], trie.ReadAll().Select(entry => entry.Value).Order());
    }

    [Fact]
    public void A_trie_finds_the_longest_prefix()
    {
        BpfMap<Prefix, uint> trie = Make("trie").As<Prefix, uint>();
        trie.Update(new(0, 0), 1);
        trie.Update(new(8, 10), 2);

        Assert.Equal(2u, trie[new(32, 10 | 1 << 24)]);
        Assert.Equal(1u, trie[new(32, 11)]);
    }

    [Fact]
    public void Sizes_are_checked_when_a_map_is_typed()
    {
        BpfMap map = Make("hash");

        Assert.Equal("map hash has keys of 8 and values of 8 bytes, the types have 4 and 8",
            Assert.Throws<ArgumentException>(() => map.As<uint, ulong>()).Message);
        Assert.Throws<ArgumentException>(() => map.AsPerCpu<ulong, ulong>());
        Assert.Throws<ArgumentException>(() => Make("per_cpu").As<uint, uint>());
        Assert.Throws<ArgumentException>(() => Make("plain_array").Mapped<uint>());
    }

    [Fact]
    public void A_per_cpu_map_has_a_value_for_each_cpu()
    {
        PerCpuMap<uint, uint> map = Make("per_cpu").AsPerCpu<uint, uint>();
        uint[] values = [.. Enumerable.Range(1, Cpus.PossibleCount).Select(i => (uint)i)];

        map.Update(2, values);

        Assert.Equal(values, map[2]);
        Assert.All(map[0], value => Assert.Equal(0u, value));
        Assert.False(map.TryGet(3, values));
        PerCpuMap<uint, ulong> hash = Make("per_cpu_hash").AsPerCpu<uint, ulong>();
        hash.Update(9, new ulong[Cpus.PossibleCount]);
        Assert.True(hash.Delete(9));
        Assert.False(hash.Delete(9));
    }

    [Theory]
    [InlineData("0", 1)]
    [InlineData("0-3", 4)]
    [InlineData("0-1,8,10-11", 5)]
    public void Cpu_lists_are_counted(string list, int count) => Assert.Equal(count, Cpus.Count(list));

    [Fact]
    public void A_mapped_array_shares_its_memory_with_the_kernel()
    {
        BpfMap map = Make("words");
        BpfMap<uint, Word> calls = map.As<uint, Word>();
        using MappedArray<Word> memory = map.Mapped<Word>();

        memory[699].Rest = 3;
        memory.Store(699, 0, 0x1122334455667788);

        Assert.Equal((0x1122334455667788ul, 3u), (calls[699].Value, calls[699].Rest));
        calls.Update(1, new Word { Value = 5 });
        Assert.Equal(5ul, memory.Load(1, 0));
        Assert.Equal((700, 16), (memory.Length, memory.Stride));
        Assert.Throws<ArgumentOutOfRangeException>(() => memory[700].Rest);
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Store(0, 4, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Store(0, 16, 1));
    }

    [Fact]
    public void A_frozen_map_cannot_be_written()
    {
        BpfMap map = Make("plain_array");
        map.Freeze();

        Assert.Equal(Errno.EPERM, Assert.Throws<LinuxException>(() => map.As<uint, uint>().Update(0, 1)).Errno);
    }

    [Fact]
    public void A_map_is_found_by_its_id()
    {
        BpfMap map = Make("small_hash");
        map.As<uint, uint>().Update(1, 2);

        using var again = BpfMap.Open(map.Info.Id);

        Assert.Equal(2u, again.As<uint, uint>()[1]);
    }

    [Fact]
    public void Programs_look_into_maps_inside_maps()
    {
        using LoadedObject loaded = Fixture.Load("maps");
        using var inner = BpfMap.Create(_spec.Map("hash_of_maps").Inner!);
        inner.As<uint, uint>().Update(1, 99);
        Assert.Equal(0, loaded.Run("read_inner"));

        loaded.Map("hash_of_maps").As<uint, int>().Update(1, inner.Descriptor.Number);

        Assert.Equal(99, loaded.Run("read_inner"));
        Assert.Equal((int)inner.Info.Id, loaded.Map("hash_of_maps").As<uint, int>()[1]);
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Prefix(uint Length, uint Address);

    [StructLayout(LayoutKind.Sequential)]
    private struct Word
    {
        public ulong Value;
        public uint Rest;
    }
}
