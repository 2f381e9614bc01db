namespace Ciliate.Netlink;

/// <summary>The kernel refused a request. The message is one line: what was tried, the error, and the kernel's own explanation where
/// it gave one.</summary>
public sealed class NetlinkException : Exception
{
    public NetlinkException(string what, int errno, string? explanation = null)
        : base(explanation is null
            ? $"{what}: {Linux.Errno.Text(errno)} ({Linux.Errno.Name(errno)})"
            : $"{what}: {Linux.Errno.Text(errno)} ({Linux.Errno.Name(errno)}): {explanation}")
    {
        Errno = errno;
    }

    /// <summary>The positive error number.</summary>
    public int Errno { get; }

    /// <summary>The kernel sent what cannot be understood.</summary>
    internal static NetlinkException Malformed(string detail) => new("read a netlink message", Linux.Errno.EBADMSG, detail);
}
