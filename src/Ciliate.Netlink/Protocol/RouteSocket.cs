using System.Runtime.InteropServices;
using Ciliate.Linux;

namespace Ciliate.Netlink.Protocol;

/// <summary>A netlink socket of family NETLINK_ROUTE in the calling thread's network namespace.</summary>
internal static class RouteSocket
{
    /// <param name="groups">RTMGRP bits of the events it listens to.</param>
    public static KernelSocket Open(uint groups)
    {
        var socket = KernelSocket.Open(Nl.AF_NETLINK, Nl.SOCK_RAW, Nl.NETLINK_ROUTE, "route netlink socket");
        try
        {
            socket.SetOption(Nl.SOL_NETLINK, Nl.NETLINK_EXT_ACK, 1);
            socket.SetOption(Nl.SOL_NETLINK, Nl.NETLINK_CAP_ACK, 1);
            socket.SetOption(Nl.SOL_NETLINK, Nl.NETLINK_GET_STRICT_CHK, 1);
            socket.Bind(Address(groups));
            // Connected to the kernel, the socket takes unicast messages from nobody else.
            socket.Connect(Address(groups: 0));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Receives one datagram into <paramref name="buffer"/> and returns it.</summary>
    /// <remarks>What is answered has been done: not to know of it would leave it behind. So a read that fails is tried once more, without
    /// waiting for what may never come.</remarks>
    public static ReadOnlySpan<byte> Receive(KernelSocket socket, byte[] buffer, string what)
    {
        int length = socket.Receive(buffer, Nl.MSG_TRUNC);
        if (length < 0)
        {
            int again = socket.Receive(buffer, Nl.MSG_TRUNC | Nl.MSG_DONTWAIT);
            length = again >= 0 ? again : length;
        }

        if (length < 0)
        {
            throw new NetlinkException(what, -length);
        }

        return Whole(buffer, length);
    }

    /// <summary>The datagram in <paramref name="buffer"/>; it must not be longer than that.</summary>
    /// <param name="length">As received with MSG_TRUNC.</param>
    public static ReadOnlySpan<byte> Whole(byte[] buffer, int length) => length <= buffer.Length
        ? buffer.AsSpan(0, length)
        : throw NetlinkException.Malformed($"a datagram of {length} bytes does not fit into {buffer.Length}");

    /// <summary>struct sockaddr_nl: family, padding, port id (0: the kernel), groups.</summary>
    private static byte[] Address(uint groups)
    {
        byte[] address = new byte[12];
        MemoryMarshal.Write(address, (ushort)Nl.AF_NETLINK);
        MemoryMarshal.Write(address.AsSpan(8), groups);
        return address;
    }
}
