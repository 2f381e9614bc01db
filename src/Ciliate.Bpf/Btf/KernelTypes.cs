using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ciliate.Bpf;

/// <summary>What the running kernel tells of its own types.</summary>
public static unsafe class KernelTypes
{
    internal const string Blob = "/sys/kernel/btf/vmlinux";

    /// <summary>Where members of a kernel's struct are: offsets in bits from its start, of members that may lie in unnamed structs and unions
    /// within it.</summary>
    /// <exception cref="FeatureMissingException">The kernel has no type information.</exception>
    /// <exception cref="BpfObjectException">It has no such struct, or that no such member.</exception>
    public static IReadOnlyDictionary<string, uint> MemberOffsets(string structure, params IReadOnlyList<string> members)
    {
        KernelFeatures.TypesOfItsOwn.Require();
        using FileStream file = File.OpenRead(Blob);
        // Several MiB that are needed for some milliseconds: native memory goes back to the kernel at once.
        var memory = new Span<byte>(NativeMemory.Alloc((nuint)file.Length), (int)file.Length);
        try
        {
            file.ReadExactly(memory);
            return new BtfWalk(memory, Blob).MemberOffsets(structure, members);
        }
        finally
        {
            NativeMemory.Free(Unsafe.AsPointer(ref MemoryMarshal.GetReference(memory)));
        }
    }
}
