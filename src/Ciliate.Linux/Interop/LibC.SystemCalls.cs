using System.Runtime.InteropServices;

namespace Ciliate.Linux.Interop;

internal static unsafe partial class LibC
{
    // long syscall(long number, ...);   as: int bpf(int cmd, union bpf_attr *attr, unsigned int size);
    [LibraryImport(Name, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint syscall_bpf(nint number, nint cmd, void* attr, nuint size);
}
