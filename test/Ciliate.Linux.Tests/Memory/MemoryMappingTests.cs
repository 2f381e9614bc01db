using Ciliate.Linux.Interop;
using Xunit;

namespace Ciliate.Linux.Tests.Memory;

public sealed class MemoryMappingTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Writes_through_a_mapping_reach_the_file_and_another_mapping()
    {
        using FileDescriptor file = CreateFile(8192);
        using var writer = MemoryMapping.Map(file, 8192, writable: true, "map the test file");
        using var reader = MemoryMapping.Map(file, 4096, writable: false, "map the test file", offset: 4096);

        Volatile.Write(ref writer.At<ulong>(4096 + 8), 0x1122334455667788);

        Assert.Equal(0x1122334455667788UL, Volatile.Read(ref reader.At<ulong>(8)));
        Assert.Equal(0x1122334455667788UL, reader.AsSpan<ulong>()[1]);
        Assert.Equal(0x88, File.ReadAllBytes(_directory["file"])[4096 + 8]);
        Assert.True(writer.IsWritable);
        Assert.False(reader.IsWritable);
    }

    [Fact]
    public void A_mapping_outlives_its_descriptor()
    {
        FileDescriptor file = CreateFile(4096);
        using var mapping = MemoryMapping.Map(file, 4096, writable: true, "map the test file");
        file.Dispose();

        mapping.AsSpan()[4095] = 1;
        Assert.Equal(1, mapping.AsSpan()[^1]);
    }

    [Theory]
    [InlineData(-8)]
    [InlineData(4)]
    [InlineData(4096)]
    [InlineData(4092)]
    [InlineData(long.MaxValue)]
    public void A_place_outside_or_unaligned_is_refused(long offset)
    {
        using FileDescriptor file = CreateFile(4096);
        using var mapping = MemoryMapping.Map(file, 4096, writable: true, "map the test file");

        Assert.Throws<ArgumentOutOfRangeException>(() => mapping.At<ulong>(offset) = 1);
    }

    [Fact]
    public void After_dispose_nothing_can_be_reached()
    {
        using FileDescriptor file = CreateFile(4096);
        var mapping = MemoryMapping.Map(file, 4096, writable: true, "map the test file");
        mapping.Dispose();

        Assert.Throws<ObjectDisposedException>(() => mapping.AsSpan().Clear());
    }

    [Fact]
    public void A_refused_mapping_names_what_was_mapped()
    {
        using FileDescriptor file = CreateFile(4096);
        var error = Assert.Throws<LinuxException>(() => MemoryMapping.Map(file, 4096, writable: true, "map commit words", offset: 1));

        Assert.Equal("map commit words: Invalid argument (EINVAL)", error.Message);
    }

    private FileDescriptor CreateFile(int size)
    {
        File.WriteAllBytes(_directory["file"], new byte[size]);
        return new FileDescriptor(LibC.open(_directory["file"], LibC.O_RDWR | LibC.O_CLOEXEC, 0));
    }
}
