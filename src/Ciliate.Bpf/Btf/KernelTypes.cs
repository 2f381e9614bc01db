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
        return Read(types => types.MemberOffsets(structure, members));
    }

    /// <summary>Id of a function of the kernel itself, not of a module; 0: it has none of that name, or tells nothing of its types.</summary>
    internal static uint FunctionId(string name) =>
        KernelFeatures.TypesOfItsOwn.IsSupported ? Read(types => types.Find(name, BtfKind.Function)) : 0;

    private delegate T Reader<T>(BtfWalk types);

    private static T Read<T>(Reader<T> read)
    {
        using FileStream file = File.OpenRead(Blob);
        // Several MiB that are needed for some milliseconds: native memory goes back to the kernel at once.
        var memory = new Span<byte>(NativeMemory.Alloc((nuint)file.Length), (int)file.Length);
        try
        {
            file.ReadExactly(memory);
            return read(new BtfWalk(memory, Blob));
        }
        finally
        {
            NativeMemory.Free(Unsafe.AsPointer(ref MemoryMarshal.GetReference(memory)));
        }
    }
}
