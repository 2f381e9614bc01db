using System.Runtime.InteropServices;

namespace Ciliate.Linux.Interop;

/// <summary>Where a test lets calls of the C library fail before the kernel sees them. All calls that can leave something behind come through
/// here; without a test that costs each one look at a field that is null.</summary>
internal static class FaultSeam
{
    private static AsyncLocal<Func<string, int>?>? _oracle;

    /// <summary>From now on, and until the result is disposed, the oracle is asked before each call that is made by this flow of execution,
    /// threads included that it starts; by no other. It is given the call's name and answers the error number to fail it with, or 0.</summary>
    internal static IDisposable Consult(Func<string, int> oracle)
    {
        AsyncLocal<Func<string, int>?> local = LazyInitializer.EnsureInitialized(ref _oracle);
        local.Value = oracle;
        return new Consultation(local);
    }

    /// <summary>Whether the call is to fail; the thread's error number is set then.</summary>
    internal static bool Strikes(string call) => _oracle is { } local && Strikes(local, call);

    private static bool Strikes(AsyncLocal<Func<string, int>?> local, string call)
    {
        int error = local.Value?.Invoke(call) ?? 0;
        if (error != 0)
        {
            Marshal.SetLastPInvokeError(error);
        }

        return error != 0;
    }

    private sealed class Consultation(AsyncLocal<Func<string, int>?> local) : IDisposable
    {
        public void Dispose() => local.Value = null;
    }
}
