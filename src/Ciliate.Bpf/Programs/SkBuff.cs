using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ciliate.Bpf;

/// <summary>struct __sk_buff of linux/bpf.h, host byte order unless a field says so. It has only the fields that a test
/// run takes and returns; the others the kernel makes from the packet.</summary>
[StructLayout(LayoutKind.Explicit, Size = 192)]
public struct SkBuff
{
    [FieldOffset(8)] public uint Mark;
    [FieldOffset(32)] public uint Priority;

    /// <summary>The interface the packet came in by. It must exist in the caller's namespace.</summary>
    [FieldOffset(36)] public uint IngressIfIndex;

    /// <summary>The interface the program runs at. It must exist in the caller's namespace.</summary>
    [FieldOffset(40)] public uint IfIndex;
    [FieldOffset(48)] public ControlBlock Control;

    /// <summary>Nanoseconds.</summary>
    [FieldOffset(152)] public ulong Timestamp;

    /// <summary>Bytes on the wire; 0 or at least the packet's length.</summary>
    [FieldOffset(160)] public uint WireLength;
    [FieldOffset(164)] public uint GsoSegments;

    /// <summary>Bytes of payload in a segment; not 0 makes it a GSO packet.</summary>
    [FieldOffset(176)] public uint GsoSize;

    /// <summary>cb[5].</summary>
    [InlineArray(5)]
    public struct ControlBlock
    {
        private uint _element0;
    }
}
