using Ciliate.Bpf.Interop;
using Ciliate.Linux;

namespace Ciliate.Bpf;

/// <summary>What a name on a BPF file system stands for.</summary>
public enum PinKind
{
    Other,
    Map,
    Program,
    Link,
}

/// <summary>Pins, whatever is pinned.</summary>
public static class BpfPin
{
    /// <summary>Looks at what is pinned at a path without using it; <see cref="PinKind.Other"/> when nothing is.</summary>
    public static PinKind KindOf(string path)
    {
        try
        {
            using FileDescriptor descriptor = BpfObjects.OpenPinned(path, "");
            string found = new FileInfo($"/proc/self/fd/{descriptor.Number}").LinkTarget ?? "";
            return found.EndsWith("map", StringComparison.Ordinal) ? PinKind.Map
                : found.EndsWith("prog", StringComparison.Ordinal) ? PinKind.Program
                : found.EndsWith("link", StringComparison.Ordinal) ? PinKind.Link
                : PinKind.Other;
        }
        catch (LinuxException)
        {
            return PinKind.Other;
        }
    }
}
