using System.Runtime.InteropServices;
using Ciliate.Linux.Interop;

namespace Ciliate.Linux;

/// <summary>The names of namespaces under /run/netns, kept as ip-netns(8) keeps them: a bind mount per name on a shared mount
/// point.</summary>
internal static class NamedNamespaces
{
    private const string Root = "/run/netns";

    /// <param name="enter">Runs on a thread of its own, moves it into the new namespace, and returns the path to bind.</param>
    internal static NetworkNamespace Create(string name, Func<string> enter)
    {
        string path = PathOf(name);
        PrepareRoot();
        Reserve(path);
        try
        {
            return DedicatedThread.Run("new netns", () =>
            {
                Mount(enter(), path, LibC.MS_BIND, $"name network namespace {path}");
                return NetworkNamespace.Open(path);
            });
        }
        catch
        {
            _ = LibC.umount2(path, LibC.MNT_DETACH);
            _ = LibC.unlink(path);
            throw;
        }
    }

    internal static void Delete(string name)
    {
        string path = PathOf(name);
        // EINVAL: the name is a leftover file without a namespace behind it, and is removed all the same.
        if (LibC.umount2(path, LibC.MNT_DETACH) < 0 && Marshal.GetLastPInvokeError() != Errno.EINVAL)
        {
            throw LinuxException.Last($"delete network namespace {path}");
        }

        if (LibC.unlink(path) < 0)
        {
            throw LinuxException.Last($"delete network namespace {path}");
        }
    }

    private static string PathOf(string name)
    {
        if (name.Length is 0 or > 255 || name is "." or ".." || name.Contains('/') || name.Contains('\0'))
        {
            throw new ArgumentException($"'{name}' cannot name a network namespace: it must be a plain file name", nameof(name));
        }

        return $"{Root}/{name}";
    }

    private static void Reserve(string path)
    {
        int number = LibC.open(path, LibC.O_RDONLY | LibC.O_CREAT | LibC.O_EXCL | LibC.O_CLOEXEC, 0);
        if (number < 0)
        {
            throw LinuxException.Last($"create network namespace {path}");
        }

        new FileDescriptor(number).Dispose();
    }

    /// <summary>A shared mount point, so that an unmount of a name reaches mount namespaces that were copied since.</summary>
    private static void PrepareRoot()
    {
        Directory.CreateDirectory(Root);
        int number = LibC.open(Root, LibC.O_RDONLY | LibC.O_CLOEXEC, 0);
        using var root = number >= 0 ? new FileDescriptor(number) : throw LinuxException.Last($"open {Root}");
        // Two processes that both find no mount point would stack two; iproute2 takes the same lock.
        if (LibC.flock(root, LibC.LOCK_EX) < 0)
        {
            throw LinuxException.Last($"lock {Root}");
        }

        if (LibC.mount("", Root, "none", LibC.MS_SHARED | LibC.MS_REC, null) < 0)
        {
            Mount(Root, Root, LibC.MS_BIND | LibC.MS_REC, $"bind {Root}");
            Mount("", Root, LibC.MS_SHARED | LibC.MS_REC, $"share {Root}");
        }
    }

    private static void Mount(string source, string target, nuint flags, string what)
    {
        if (LibC.mount(source, target, "none", flags, null) < 0)
        {
            throw LinuxException.Last(what);
        }
    }
}
