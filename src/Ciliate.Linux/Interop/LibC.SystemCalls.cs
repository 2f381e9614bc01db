using System.Runtime.InteropServices;

namespace Ciliate.Linux.Interop;

internal static unsafe partial class LibC
{
    // long syscall(long number, ...);   as: int bpf(int cmd, union bpf_attr *attr, unsigned int size);
    internal static nint syscall_bpf(nint number, nint cmd, void* attr, nuint size) =>
        FaultSeam.Strikes("bpf") ? -1 : syscall_bpf_call(number, cmd, attr, size);

    [LibraryImport(Name, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint syscall_bpf_call(nint number, nint cmd, void* attr, nuint size);
}
