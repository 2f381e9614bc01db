using System.Runtime.InteropServices;

namespace Ciliate.Linux.Interop;

/// <summary>A call of the C library that is about to be made. What a call has none of is empty.</summary>
internal readonly ref struct SeenCall
{
    private readonly FileDescriptor? _descriptor;
    private readonly string _path;

    internal SeenCall(string name, string path = "", string target = "")
    {
        Name = name;
        _path = path;
        Target = target;
    }

    internal SeenCall(string name, FileDescriptor descriptor, ReadOnlySpan<byte> content = default, long length = 0)
    {
        Name = name;
        _path = "";
        Target = "";
        _descriptor = descriptor;
        Content = content;
        Length = length;
    }

    internal string Name { get; }

    /// <summary>Of a call that is given a descriptor: what the descriptor stands for.</summary>
    internal string Path => _descriptor is { } open ? new FileInfo($"/proc/self/fd/{open.Number}").LinkTarget ?? "" : _path;

    /// <summary>The second path.</summary>
    internal string Target { get; }

    /// <summary>What is written.</summary>
    internal ReadOnlySpan<byte> Content { get; }

    /// <summary>The new length of a file, in bytes.</summary>
    internal long Length { get; }
}

/// <summary>Asked before a call; answers the error number to fail it with, or 0.</summary>
internal delegate int FaultOracle(scoped SeenCall call);

/// <summary>Where a test sees calls of the C library, and lets them fail, before the kernel does. All calls that can leave something behind come
/// through here; without a test that costs each one look at a field that is null.</summary>
internal static class FaultSeam
{
    private static AsyncLocal<FaultOracle?>? _oracle;

    /// <summary>From now on, and until the result is disposed, the oracle is asked before each call that is made by this flow of execution,
    /// threads included that it starts; by no other.</summary>
    internal static IDisposable Consult(FaultOracle oracle)
    {
        AsyncLocal<FaultOracle?> local = LazyInitializer.EnsureInitialized(ref _oracle);
        local.Value = oracle;
        return new Consultation(local);
    }

    /// <summary>Whether the call is to fail; the thread's error number is set then.</summary>
    internal static bool Strikes(string call) => _oracle is { } local && Strikes(local, new SeenCall(call));

    /// <inheritdoc cref="Strikes(string)"/>
    internal static bool Strikes(string call, string path, string target = "") =>
        _oracle is { } local && Strikes(local, new SeenCall(call, path, target));

    /// <inheritdoc cref="Strikes(string)"/>
    internal static bool Strikes(string call, FileDescriptor descriptor, ReadOnlySpan<byte> content = default, long length = 0) =>
        _oracle is { } local && Strikes(local, new SeenCall(call, descriptor, content, length));

    private static bool Strikes(AsyncLocal<FaultOracle?> local, scoped SeenCall call)
    {
        int error = local.Value?.Invoke(call) ?? 0;
        if (error != 0)
        {
            Marshal.SetLastPInvokeError(error);
        }

        return error != 0;
    }

    private sealed class Consultation(AsyncLocal<FaultOracle?> local) : IDisposable
    {
        public void Dispose() => local.Value = null;
    }
}
