using System.Runtime.InteropServices;
using Ciliate.Linux.Interop;

namespace Ciliate.Linux;

/// <summary>An open file descriptor, closed exactly once. All descriptors of this code base are close-on-exec.</summary>
public sealed class FileDescriptor : SafeHandle
{
    /// <summary>Takes ownership of <paramref name="number"/>.</summary>
    public FileDescriptor(int number) : base(-1, ownsHandle: true) => SetHandle(number);

    public override bool IsInvalid => (int)handle < 0;

    /// <summary>The number, for interop only. It is valid while the caller keeps this object reachable; where another thread
    /// may dispose it meanwhile, take a <see cref="Lease"/> instead.</summary>
    public int Number
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (int)handle;
        }
    }

    /// <summary>Holds the descriptor open until the lease is disposed, for numbers that travel inside a structure.</summary>
    public DescriptorLease Lease() => new(this);

    /// <summary>A second descriptor of the same open file, with a life of its own.</summary>
    public FileDescriptor Duplicate()
    {
        int number = LibC.fcntl(this, LibC.F_DUPFD_CLOEXEC, 0);
        return number >= 0 ? new FileDescriptor(number) : throw LinuxException.Last("duplicate a descriptor");
    }

    // close(2) frees the number even when it reports an error, so it is never repeated.
    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;
}

/// <summary>See <see cref="FileDescriptor.Lease"/>.</summary>
public readonly ref struct DescriptorLease : IDisposable
{
    private readonly FileDescriptor _descriptor;

    internal DescriptorLease(FileDescriptor descriptor)
    {
        bool added = false;
        descriptor.DangerousAddRef(ref added);
        _descriptor = descriptor;
    }

    public int Number => (int)_descriptor.DangerousGetHandle();

    public void Dispose() => _descriptor.DangerousRelease();
}
