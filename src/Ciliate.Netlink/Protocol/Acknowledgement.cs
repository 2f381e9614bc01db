namespace Ciliate.Netlink.Protocol;

/// <summary>The end of an answer: NLMSG_ERROR (error 0 means success) or NLMSG_DONE, with the kernel's explanation behind it
/// (Documentation/userspace-api/netlink/intro.rst, "Ext ACK").</summary>
internal static class Acknowledgement
{
    // struct nlmsgerr: the error, then the header of the request; NETLINK_CAP_ACK keeps the rest of the request out.
    private const int ErrorPrefixSize = sizeof(int) + Nl.HeaderSize;

    /// <exception cref="NetlinkException">The request failed.</exception>
    public static void Check(NetlinkMessage message, string what)
    {
        int error = message.Structure<int>();
        if (error < 0)
        {
            throw new NetlinkException(what, -error, Explanation(message));
        }
    }

    private static string? Explanation(NetlinkMessage message)
    {
        int prefix = message.Type == Nl.NLMSG_DONE ? sizeof(int) : ErrorPrefixSize;
        if ((message.Flags & Nl.NLM_F_ACK_TLVS) == 0 || message.Payload.Length < prefix)
        {
            return null;
        }

        string? text = null;
        uint? missing = null;
        var attributes = new AttributeReader(message.Payload[prefix..]);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case Nl.NLMSGERR_ATTR_MSG:
                    text = attributes.ReadString();
                    break;
                case Nl.NLMSGERR_ATTR_MISS_TYPE:
                    missing = attributes.Read<uint>();
                    break;
            }
        }

        return text ?? (missing is null ? null : $"attribute {missing} is missing");
    }
}
