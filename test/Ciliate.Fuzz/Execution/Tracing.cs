using SharpFuzz.Common;

namespace Ciliate.Fuzz.Execution;

/// <summary>Work around an input that must not count as reached by it.</summary>
internal static unsafe class Tracing
{
    private static readonly byte[] s_unseen = GC.AllocateArray<byte>(1 << 16, pinned: true);

    public static T Paused<T>(Func<T> work)
    {
        byte* seen = Trace.SharedMem;
        fixed (byte* unseen = s_unseen)
        {
            Trace.SharedMem = unseen;
            try
            {
                return work();
            }
            finally
            {
                Trace.SharedMem = seen;
            }
        }
    }
}
