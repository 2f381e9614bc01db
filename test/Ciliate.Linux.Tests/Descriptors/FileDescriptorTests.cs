using Ciliate.Linux.Interop;
using Xunit;

namespace Ciliate.Linux.Tests.Descriptors;

public sealed class FileDescriptorTests
{
    [Fact]
    public void A_disposed_descriptor_is_closed_and_tells_no_number()
    {
        FileDescriptor descriptor = OpenNull();
        int number = descriptor.Number;
        descriptor.Dispose();

        Assert.Throws<ObjectDisposedException>(() => descriptor.Number);
        Assert.NotEqual("/dev/null", TargetOf(number));
    }

    [Fact]
    public void A_lease_keeps_the_descriptor_open_until_it_ends()
    {
        FileDescriptor descriptor = OpenNull();
        int number;
        using (DescriptorLease lease = descriptor.Lease())
        {
            number = lease.Number;
            descriptor.Dispose();
            Assert.Equal("/dev/null", TargetOf(number));
        }

        Assert.NotEqual("/dev/null", TargetOf(number));
    }

    [Fact]
    public void A_duplicate_outlives_the_original_and_is_not_inherited_by_children()
    {
        FileDescriptor original = OpenNull();
        using FileDescriptor duplicate = original.Duplicate();
        original.Dispose();

        Assert.Equal("/dev/null", TargetOf(duplicate.Number));
        string flags = File.ReadLines($"/proc/self/fdinfo/{duplicate.Number}")
            .Single(line => line.StartsWith("flags:", StringComparison.Ordinal));
        Assert.Equal(LibC.O_CLOEXEC, Convert.ToInt32(flags.Split('\t')[1], 8) & LibC.O_CLOEXEC);
    }

    private static FileDescriptor OpenNull() => new(LibC.open("/dev/null", LibC.O_RDWR | LibC.O_CLOEXEC, 0));

    // Other tests open files at the same time, so a closed number may be in use again, but not for /dev/null.
    private static string? TargetOf(int number) => new FileInfo($"/proc/self/fd/{number}").LinkTarget;
}
