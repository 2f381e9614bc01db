using System.Text;
using Ciliate.Linux.Interop;

namespace Ciliate.Linux;

/// <summary>Settings under /proc/sys/net of one network namespace. The kernel picks the namespace of the thread that opens the
/// file.</summary>
public static unsafe class Sysctl
{
    private const int MaxValueLength = 4096;

    /// <param name="name">Path below /proc/sys: "net/ipv4/ip_forward". Slashes, since link names may have dots.</param>
    /// <exception cref="LinuxException">ENOENT: this kernel or namespace has no such setting.</exception>
    public static void Write(NetworkNamespace networkNamespace, string name, string value) =>
        networkNamespace.Run(() => Write(name, value));

    public static string Read(NetworkNamespace networkNamespace, string name) => networkNamespace.Run(() => Read(name));

    /// <summary>Writes in the namespace of the calling thread.</summary>
    public static void Write(string name, string value)
    {
        string what = $"set {name} to {value}";
        using var file = Open(name, LibC.O_WRONLY, what);
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        fixed (byte* pointer = bytes)
        {
            // The kernel parses one write as one value.
            if (LibC.write(file, pointer, (nuint)bytes.Length) < 0)
            {
                throw LinuxException.Last(what);
            }
        }
    }

    /// <summary>Reads in the namespace of the calling thread; without the line's end.</summary>
    public static string Read(string name)
    {
        string what = $"read {name}";
        using var file = Open(name, LibC.O_RDONLY, what);
        byte* buffer = stackalloc byte[MaxValueLength];
        nint length = LibC.read(file, buffer, MaxValueLength);
        return length >= 0 ? Encoding.UTF8.GetString(buffer, (int)length).TrimEnd('\n') : throw LinuxException.Last(what);
    }

    private static FileDescriptor Open(string name, int access, string what)
    {
        if (name.StartsWith('/') || name.Split('/').Contains(".."))
        {
            throw new ArgumentException($"'{name}' is not a path below /proc/sys", nameof(name));
        }

        int number = LibC.open($"/proc/sys/{name}", access | LibC.O_CLOEXEC, 0);
        return number >= 0 ? new FileDescriptor(number) : throw LinuxException.Last(what);
    }
}
