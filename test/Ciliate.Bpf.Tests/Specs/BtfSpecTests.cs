using System.Runtime.CompilerServices;
using Xunit;

namespace Ciliate.Bpf.Tests.Specs;

public sealed class BtfSpecTests
{
    private static readonly Lazy<BtfSpec> KernelBtf = new(() => BtfSpec.Parse(File.ReadAllBytes("/sys/kernel/btf/vmlinux"), "vmlinux"));

    [Fact]
    public void The_types_of_the_running_kernel_can_be_read()
    {
        BtfSpec btf = KernelBtf.Value;

        Assert.Equal(8, btf.SizeOf(btf.Find("u64", BtfKind.Typedef)!.Id));
        var state = Assert.IsType<BtfEnum>(btf.Find("bpf_map_type", BtfKind.Enum));
        Assert.Contains(new BtfEnumValue("BPF_MAP_TYPE_RINGBUF", 27), state.Values);
        Assert.Contains(btf.Types, type => type.Kind == BtfKind.FunctionPrototype);
    }

    [Theory]
    [InlineData("mark", nameof(SkBuff.Mark))]
    [InlineData("priority", nameof(SkBuff.Priority))]
    [InlineData("ingress_ifindex", nameof(SkBuff.IngressIfIndex))]
    [InlineData("ifindex", nameof(SkBuff.IfIndex))]
    [InlineData("cb", nameof(SkBuff.Control))]
    [InlineData("tstamp", nameof(SkBuff.Timestamp))]
    [InlineData("wire_len", nameof(SkBuff.WireLength))]
    [InlineData("gso_segs", nameof(SkBuff.GsoSegments))]
    [InlineData("gso_size", nameof(SkBuff.GsoSize))]
    public void The_context_of_test_runs_lies_as_in_the_kernel(string member, string field)
    {
        BtfSpec btf = KernelBtf.Value;
        var composite = (BtfComposite)btf.Find("__sk_buff", BtfKind.Struct)!;
        uint offset = composite.Members.First(found => found.Name == member).BitOffset / 8;

        Assert.Equal((int)offset, (int)System.Runtime.InteropServices.Marshal.OffsetOf<SkBuff>(field));
        Assert.Equal((int)composite.Size, Unsafe.SizeOf<SkBuff>());
    }

    [Fact]
    public void A_typedef_that_leads_to_itself_ends()
    {
        // typedef (id 1) of type 1
        byte[] blob = [0x9f, 0xeb, 1, 0, 24, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0, 12, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 8, 1, 0, 0, 0, 0, (byte)'t', 0];
        var btf = BtfSpec.Parse(blob, "loop.o");

        Assert.Equal("loop.o: section .BTF: type 1 is nested deeper than 32", Assert.Throws<BpfObjectException>(() => btf.SizeOf(1)).Message);
        Assert.Equal("t", btf.Describe(1));
    }

    [Fact]
    public void A_type_that_is_not_there_is_named()
    {
        byte[] blob = [0x9f, 0xeb, 1, 0, 24, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0, 12, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 8, 9, 0, 0, 0, 0, (byte)'t', 0];

        Assert.Equal("x.o: section .BTF: refers to type 9 of 2", Assert.Throws<BpfObjectException>(() => BtfSpec.Parse(blob, "x.o")).Message);
    }
}
