using System.Runtime.InteropServices;

namespace Ciliate.Linux;

/// <summary>A system call failed. The message is one line: what was tried, the kernel's text and the error's name.</summary>
public sealed class LinuxException : Exception
{
    public LinuxException(string what, int errno)
        : base($"{what}: {Linux.Errno.Text(errno)} ({Linux.Errno.Name(errno)})")
    {
        What = what;
        Errno = errno;
    }

    /// <param name="advice">What is wrong with the thing or what to do, where the kernel's text alone does not tell.</param>
    public LinuxException(string what, int errno, string advice)
        : base($"{what}: {Linux.Errno.Text(errno)} ({Linux.Errno.Name(errno)}): {advice}")
    {
        What = what;
        Errno = errno;
    }

    /// <summary>What was tried, such as "open /run/netns/x".</summary>
    public string What { get; }

    /// <summary>The positive error number.</summary>
    public int Errno { get; }

    /// <summary>The error of the P/Invoke that this thread made last.</summary>
    internal static LinuxException Last(string what) => new(what, Marshal.GetLastPInvokeError());
}
