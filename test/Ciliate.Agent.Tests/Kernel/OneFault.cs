using Ciliate.Linux;
using Ciliate.Linux.Interop;

namespace Ciliate.Agent.Tests.Kernel;

/// <summary>Lets one call of the C library fail, chosen by its turn. Calls that only let go of things are not among them.</summary>
internal sealed class OneFault(int turn)
{
    // What a full machine answers, and a broken one.
    private static readonly int[] s_errors = [Errno.ENOMEM, Errno.ENOSPC, Errno.EIO];

    private int _calls;

    /// <summary>Name of the call that failed; null when there were fewer.</summary>
    public string? Struck { get; private set; }

    /// <summary>Runs the work; what it throws because of the fault is returned.</summary>
    public Exception? During(Action work)
    {
        using IDisposable consultation = FaultSeam.Consult(Answer);
        try
        {
            work();
            return null;
        }
#pragma warning disable CA1031 // Whichever it is: what it leaves behind is what counts.
        catch (Exception error) when (Struck is not null)
#pragma warning restore CA1031
        {
            return error;
        }
        finally
        {
            _calls = int.MaxValue / 2;
        }
    }

    private int Answer(scoped SeenCall call)
    {
        if (Interlocked.Increment(ref _calls) != turn)
            return 0;
        Struck = call.Name;
        return s_errors[turn % s_errors.Length];
    }
}
