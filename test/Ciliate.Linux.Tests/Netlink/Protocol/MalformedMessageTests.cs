using Ciliate.Netlink;
using Ciliate.Netlink.Protocol;
using CsCheck;
using Xunit;

namespace Ciliate.Linux.Tests.Netlink.Protocol;

public sealed class MalformedMessageTests
{
    [Fact]
    public void A_cut_header_is_refused() => AssertMalformed("1400000010", "5 bytes are too few for a header");

    [Fact]
    public void A_message_longer_than_the_datagram_is_refused() =>
        AssertMalformed("20000000" + "10000000" + "0000000000000000", "a message claims 32 bytes, 16 are left");

    [Fact]
    public void A_message_shorter_than_its_header_is_refused() =>
        AssertMalformed("0F000000" + "10000000" + "0000000000000000", "a message claims 15 bytes, 16 are left");

    [Fact]
    public void A_link_without_its_structure_is_refused() =>
        AssertMalformed("10000000" + "10000000" + "0000000000000000", "message type 16 has 0 bytes where 16 are needed");

    [Fact]
    public void An_attribute_longer_than_the_message_is_refused() =>
        AssertMalformed(LinkWith("08000300"), "an attribute claims 8 bytes, 4 are left");

    [Fact]
    public void An_attribute_shorter_than_its_header_is_refused() =>
        AssertMalformed(LinkWith("03000300"), "an attribute claims 3 bytes, 4 are left");

    [Fact]
    public void A_number_of_too_few_bytes_is_refused() =>
        AssertMalformed(LinkWith("06000400" + "FF050000"), "attribute 4 has 2 bytes where 4 are needed");

    [Fact]
    public void A_broken_nested_attribute_is_refused() =>
        AssertMalformed(LinkWith("08001280" + "FFFF0100"), "an attribute claims 65535 bytes, 4 are left");

    [Fact]
    public void An_address_of_five_bytes_is_refused()
    {
        string datagram = "24000000" + "14000000" + "0000000000000000" + "0200000000000000" + "09000200" + "0A00000100" + "000000";
        AssertMalformed(datagram, "attribute 2 has 5 bytes, which is no IP address");
    }

    [Fact]
    public void A_name_without_its_zero_byte_is_taken_whole()
    {
        Link link = Assert.IsType<Link>(ParseAll(Convert.FromHexString(LinkWith("06000300" + "6C6F0000"))).Single());
        Assert.Equal("lo", link.Name);
    }

    [Fact]
    public void An_error_tells_the_kernels_explanation()
    {
        byte[] datagram = Convert.FromHexString("2C000000" + "0200" + "0002" + "0000000000000000"
            + "EFFFFFFF" + "00000000000000000000000000000000" + "08000100" + "6E6F0000");
        var error = Assert.Throws<NetlinkException>(() => Check(datagram));
        Assert.Equal("try: File exists (EEXIST): no", error.Message);
    }

    [Fact]
    public void An_error_names_the_attribute_that_is_missing()
    {
        byte[] datagram = Convert.FromHexString("2C000000" + "0200" + "0002" + "0000000000000000"
            + "EAFFFFFF" + "00000000000000000000000000000000" + "08000500" + "03000000");
        var error = Assert.Throws<NetlinkException>(() => Check(datagram));
        Assert.Equal("try: Invalid argument (EINVAL): attribute 3 is missing", error.Message);
    }

    [Fact]
    public void Any_bytes_give_objects_or_a_netlink_error_and_nothing_else()
    {
        Gen<byte[]> noise = Gen.Byte.Array[0, 96];
        Gen<byte> type = Gen.OneOf([.. new byte[] { 2, 3, 16, 17, 20, 24, 28 }.Select(value => Gen.Const(value))]);
        Gen.Select(type, Gen.Byte[0, 10], noise).Sample((type, family, tail) =>
        {
            byte[] header = [.. BitConverter.GetBytes(16 + 4 + tail.Length), type, 0, 0, 3, .. new byte[8]];
            byte[] datagram = [.. header, family, 0, 0, 0, .. tail];
            return GivesObjectsOrNetlinkError(datagram) && GivesObjectsOrNetlinkError(tail);
        });
    }

    private static string LinkWith(string attributes) =>
        Convert.ToHexString(BitConverter.GetBytes(32 + (attributes.Length / 2)))
        + "10000000" + "0000000000000000" + new string('0', 32) + attributes;

    private static void AssertMalformed(string datagram, string detail)
    {
        var error = Assert.Throws<NetlinkException>(() => ParseAll(Convert.FromHexString(datagram)));
        Assert.Equal(Errno.EBADMSG, error.Errno);
        Assert.EndsWith(": " + detail, error.Message, StringComparison.Ordinal);
    }

    private static bool GivesObjectsOrNetlinkError(byte[] datagram)
    {
        try
        {
            ParseAll(datagram);
            Check(datagram);
        }
        catch (NetlinkException)
        {
            // The one permitted error.
        }

        return true;
    }

    private static List<object> ParseAll(byte[] datagram)
    {
        List<object> items = [];
        var messages = new MessageReader(datagram);
        while (messages.MoveNext())
        {
            NetlinkMessage message = messages.Current;
            if (Link.TryParse(message, out Link link))
            {
                items.Add(link);
            }
            else if (InterfaceAddress.TryParse(message, out InterfaceAddress address))
            {
                items.Add(address);
            }
            else if (Route.TryParse(message, out Route route))
            {
                items.Add(route);
            }
            else if (Neighbour.TryParse(message, out Neighbour neighbour))
            {
                items.Add(neighbour);
            }
        }

        return items;
    }

    private static void Check(byte[] datagram)
    {
        var messages = new MessageReader(datagram);
        while (messages.MoveNext())
        {
            if (messages.Current.Type is Nl.NLMSG_ERROR or Nl.NLMSG_DONE)
            {
                Acknowledgement.Check(messages.Current, "try");
            }
        }
    }
}
