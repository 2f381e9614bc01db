using System.Runtime.InteropServices;
using Xunit;

namespace Ciliate.Linux.Tests;

public sealed class SystemCallTests
{
    private const int MapCreate = 0;

    [Fact]
    public void A_map_is_made_and_its_descriptor_is_ours()
    {
        var array = new MapCreateAttribute { Type = 2, KeySize = 4, ValueSize = 8, MaxEntries = 1 };

        using FileDescriptor map = SystemCall.BpfDescriptor(MapCreate, ref array, "create map test");

        Assert.Contains("bpf-map", new FileInfo($"/proc/self/fd/{map.Number}").LinkTarget, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_is_a_negative_error_number_or_an_error_that_names_the_thing()
    {
        var noEntries = new MapCreateAttribute { Type = 2, KeySize = 4, ValueSize = 8 };

        Assert.Equal(-Errno.EINVAL, SystemCall.Bpf(MapCreate, ref noEntries));
        var error = Assert.Throws<LinuxException>(() => SystemCall.BpfDescriptor(MapCreate, ref noEntries, "create map test"));
        Assert.Equal("create map test: Invalid argument (EINVAL)", error.Message);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MapCreateAttribute
    {
        public uint Type;
        public uint KeySize;
        public uint ValueSize;
        public uint MaxEntries;
    }
}
