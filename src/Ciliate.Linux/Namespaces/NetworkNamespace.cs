using System.Globalization;
using Ciliate.Linux.Interop;

namespace Ciliate.Linux;

/// <summary>An open network namespace. It lives at least as long as this object, whatever becomes of its processes and names.</summary>
public sealed unsafe class NetworkNamespace : IDisposable
{
    private const long NsfsMagic = 0x6e736673;
    private const string OwnPath = "/proc/thread-self/ns/net";

    /// <summary>What the thread was last moved into.</summary>
    [ThreadStatic]
    private static NetworkNamespace? _around;

    private readonly Lazy<ulong> _cookie;

    private NetworkNamespace(FileDescriptor descriptor, FileStatus status, string displayName)
    {
        Descriptor = descriptor;
        Device = status.Device;
        Inode = status.Inode;
        DisplayName = displayName;
        _cookie = new Lazy<ulong>(ReadCookie);
    }

    public FileDescriptor Descriptor { get; }

    /// <summary>Device of the namespace file system; see <see cref="IsSameAs"/>.</summary>
    public ulong Device { get; }

    /// <summary>Number that tools print as net:[N]; unique among living namespaces, used again after death.</summary>
    public ulong Inode { get; }

    /// <summary>How the namespace was named when it was opened, for messages.</summary>
    public string DisplayName { get; }

    /// <summary>SO_NETNS_COOKIE: never used again while the machine runs.</summary>
    public ulong Cookie => _cookie.Value;

    /// <summary>Opens the namespace behind a file such as /run/netns/NAME or /proc/PID/ns/net.</summary>
    /// <exception cref="LinuxException">There is no such file, or it is not a network namespace.</exception>
    public static NetworkNamespace Open(string path)
    {
        string what = $"open network namespace {path}";
        // Non-blocking, so that a pipe at this path cannot hold us.
        int number = LibC.open(path, LibC.O_RDONLY | LibC.O_CLOEXEC | LibC.O_NONBLOCK | LibC.O_NOCTTY, 0);
        return number >= 0 ? Adopt(new FileDescriptor(number), path, what) : throw LinuxException.Last(what);
    }

    /// <summary>Opens the namespace of a process; it stays valid when the process ends.</summary>
    public static NetworkNamespace OpenProcess(int processId)
    {
        string process = processId.ToString(CultureInfo.InvariantCulture);
        if (processId <= 0 || !Directory.Exists($"/proc/{process}"))
        {
            throw new LinuxException($"open network namespace of process {process}", Errno.ESRCH);
        }

        return Open($"/proc/{process}/ns/net");
    }

    /// <summary>Opens the namespace of the calling thread.</summary>
    public static NetworkNamespace OpenCurrent() => Open(OwnPath);

    /// <summary>Makes a namespace that ends when this object and all its processes and sockets are gone.</summary>
    public static NetworkNamespace CreateUnnamed() => DedicatedThread.Run("new netns", () =>
    {
        Unshare("create a network namespace");
        return OpenCurrent();
    });

    /// <summary>Makes a namespace under /run/netns, where ip-netns(8) finds it; it lives until <see cref="Delete"/>.</summary>
    /// <exception cref="LinuxException">EEXIST when the name is taken.</exception>
    public static NetworkNamespace CreateNamed(string name) => NamedNamespaces.Create(name, () =>
    {
        Unshare($"create network namespace {name}");
        return OwnPath;
    });

    /// <summary>Takes the name away from a namespace that <see cref="CreateNamed"/> or ip-netns(8) made.</summary>
    public static void Delete(string name) => NamedNamespaces.Delete(name);

    /// <summary>Whether both are the same namespace.</summary>
    public bool IsSameAs(NetworkNamespace other) => Device == other.Device && Inode == other.Inode;

    /// <summary>Runs <paramref name="work"/> inside: on the calling thread if that is there, else on one of its own that ends afterwards, and waits
    /// for it. Sockets opened there stay in the namespace and may be used anywhere.</summary>
    public T Run<T>(Func<T> work) => IsCurrent() ? work() : DedicatedThread.Run("netns", () =>
    {
        MoveThread();
        return work();
    });

    /// <inheritdoc cref="Run{T}(Func{T})"/>
    public void Run(Action work) => Run(() =>
    {
        work();
        return true;
    });

    /// <summary>Takes the calling thread inside until the visit ends, on the same thread: for work that is over sooner than a thread of its own
    /// would begin. Costs nothing where the thread is inside already.</summary>
    public NamespaceVisit Enter() => _around == this ? default : new(this);

    public override string ToString() => DisplayName;

    public void Dispose() => Descriptor.Dispose();

    /// <summary>Moves the calling thread inside, for good.</summary>
    internal void MoveThread()
    {
        if (LibC.setns(Descriptor, LibC.CLONE_NEWNET) < 0)
        {
            throw LinuxException.Last($"enter network namespace {DisplayName}");
        }

        _around = this;
    }

    private bool IsCurrent()
    {
        using NetworkNamespace current = OpenCurrent();
        return IsSameAs(current);
    }

    private static NetworkNamespace Adopt(FileDescriptor descriptor, string displayName, string what)
    {
        try
        {
            var status = FileStatus.Of(descriptor, what);
            if (status.FileSystemMagic != NsfsMagic || LibC.ioctl(descriptor, LibC.NS_GET_NSTYPE, null) != LibC.CLONE_NEWNET)
            {
                throw new LinuxException(what, Errno.EINVAL, "the file is not a network namespace, or the namespace is gone");
            }

            return new NetworkNamespace(descriptor, status, displayName);
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    private static void Unshare(string what)
    {
        if (LibC.unshare(LibC.CLONE_NEWNET) < 0)
        {
            throw LinuxException.Last(what);
        }
    }

    private ulong ReadCookie() => Run(() =>
    {
        const int afUnix = 1, sockDatagram = 2, solSocket = 1, soNetnsCookie = 71;
        using var socket = KernelSocket.Open(afUnix, sockDatagram, 0, "socket for the namespace cookie");
        return socket.GetOption64(solSocket, soNetnsCookie);
    });
}
