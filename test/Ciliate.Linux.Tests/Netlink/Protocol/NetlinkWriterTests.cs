using Ciliate.Netlink.Protocol;
using Xunit;

namespace Ciliate.Linux.Tests.Netlink.Protocol;

public sealed class NetlinkWriterTests
{
    [Fact]
    public void A_request_is_laid_out_as_the_kernel_reads_it()
    {
        byte[] buffer = new byte[64];
        Array.Fill(buffer, (byte)0xee);
        var writer = new NetlinkWriter(buffer, Rtm.NEWADDR, Nl.NLM_F_CREATE);
        writer.Structure(new AddressHeader { Family = 2, PrefixLength = 24, Index = 0x0102 });
        writer.Attribute(3, "lo");
        int nest = writer.BeginNested(5);
        writer.Attribute(6, (byte)7);
        writer.EndNested(nest);

        Assert.Equal(
            "2C000000" + "1400" + "0104" + "00000000" + "00000000" // length, type, flags with REQUEST, sequence, port
            + "02180000" + "02010000"
            + "07000300" + "6C6F0000" // length without padding, zero-terminated, padded
            + "0C000580" + "05000600" + "07000000",
            Convert.ToHexString(writer.Message));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(24)]
    [InlineData(31)]
    public void What_does_not_fit_is_refused(int size) => Assert.Throws<InvalidOperationException>(() =>
    {
        var writer = new NetlinkWriter(new byte[size], Rtm.NEWADDR, 0);
        writer.Structure(new AddressHeader());
        writer.Attribute(1, 1u);
    });
}
