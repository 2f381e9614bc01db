using System.Runtime.InteropServices;
using Ciliate.Linux.Interop;

namespace Ciliate.Linux;

/// <summary>System calls that the C library has no function for.</summary>
public static unsafe class SystemCall
{
    private static readonly int BpfNumber = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 321,
        Architecture.Arm64 => 280,
        var other => throw new PlatformNotSupportedException($"processor architecture {other} is not supported: use x64 or arm64"),
    };

    /// <summary>bpf(2). Returns the call's result, or the negative error number; never throws.</summary>
    /// <param name="command">enum bpf_cmd.</param>
    /// <param name="attribute">union bpf_attr; bytes beyond those that the command knows must be zero.</param>
    /// <param name="size">Bytes behind <paramref name="attribute"/>.</param>
    public static int Bpf(int command, void* attribute, uint size)
    {
        nint result = LibC.syscall_bpf(BpfNumber, command, attribute, size);
        return result >= 0 ? (int)result : -Marshal.GetLastPInvokeError();
    }

    /// <summary>bpf(2) for a plain structure.</summary>
    public static int Bpf<T>(int command, ref T attribute) where T : unmanaged
    {
        fixed (T* pointer = &attribute)
        {
            return Bpf(command, pointer, (uint)sizeof(T));
        }
    }

    /// <summary>bpf(2) for a command that yields a descriptor.</summary>
    /// <param name="what">The thing that is made, for the error: "create map flows".</param>
    /// <exception cref="LinuxException">The call failed.</exception>
    public static FileDescriptor BpfDescriptor<T>(int command, ref T attribute, string what) where T : unmanaged
    {
        int result = Bpf(command, ref attribute);
        return result >= 0 ? new FileDescriptor(result) : throw new LinuxException(what, -result);
    }
}
