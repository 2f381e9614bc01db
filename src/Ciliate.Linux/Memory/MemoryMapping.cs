using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ciliate.Linux.Interop;

namespace Ciliate.Linux;

/// <summary>A shared mapping of a descriptor, unmapped once. The mapping lives on when the descriptor is closed.
/// Spans, references and addresses into it are valid only while this object is not disposed; the owner sees to that.</summary>
public sealed unsafe class MemoryMapping : SafeHandle
{
    private MemoryMapping(nint address, long length, bool writable) : base(LibC.MAP_FAILED, ownsHandle: true)
    {
        SetHandle(address);
        Length = length;
        IsWritable = writable;
    }

    public override bool IsInvalid => handle == LibC.MAP_FAILED;

    /// <summary>Bytes.</summary>
    public long Length { get; }

    public bool IsWritable { get; }

    public byte* Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (byte*)handle;
        }
    }

    /// <summary>Maps <paramref name="length"/> bytes from <paramref name="offset"/>, a multiple of the page size.</summary>
    /// <param name="what">The thing that is mapped, for the error: "map commit words".</param>
    public static MemoryMapping Map(FileDescriptor descriptor, long length, bool writable, string what, long offset = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        int protection = writable ? LibC.PROT_READ | LibC.PROT_WRITE : LibC.PROT_READ;
        nint address = LibC.mmap(null, (nuint)length, protection, LibC.MAP_SHARED, descriptor, offset);
        return address != LibC.MAP_FAILED ? new MemoryMapping(address, length, writable) : throw LinuxException.Last(what);
    }

    /// <summary>The whole mapping. Writing to it when it is not writable ends the process.</summary>
    public Span<byte> AsSpan() => new(Address, checked((int)Length));

    /// <summary>The mapping as an array of <typeparamref name="T"/>; a remainder is left out.</summary>
    public Span<T> AsSpan<T>() where T : unmanaged => new(Address, checked((int)(Length / sizeof(T))));

    /// <summary>A reference for <see cref="Volatile"/> and <see cref="Interlocked"/>; must be aligned to the size of
    /// <typeparamref name="T"/>.</summary>
    /// <param name="offset">Bytes from the start.</param>
    public ref T At<T>(long offset) where T : unmanaged
    {
        if (offset < 0 || offset > Length - sizeof(T) || offset % sizeof(T) != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(offset),
                offset,
                $"not an aligned place for {sizeof(T)} bytes in a mapping of {Length}");
        }

        return ref Unsafe.AsRef<T>(Address + offset);
    }

    protected override bool ReleaseHandle() => LibC.munmap(handle, (nuint)Length) == 0;
}
