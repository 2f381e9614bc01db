using System.Runtime.ExceptionServices;

namespace Ciliate.Linux;

/// <summary>Runs work on a thread of its own that ends afterwards, for calls that change the thread itself (setns, unshare, affinity):
/// a pool thread would carry the change into unrelated work.</summary>
public static class DedicatedThread
{
    /// <summary>Runs <paramref name="work"/> and waits for it. What it throws is thrown here.</summary>
    public static T Run<T>(string name, Func<T> work)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = work();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        })
        {
            IsBackground = true,
            Name = name,
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }
}
