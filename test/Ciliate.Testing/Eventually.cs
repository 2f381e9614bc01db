using System.Diagnostics;

namespace Ciliate.Testing;

/// <summary>Waits for what happens soon, without guessing how soon.</summary>
public static class Eventually
{
    /// <exception cref="TimeoutException">The condition did not become true in time; the message has <paramref name="what"/>.</exception>
    public static void Holds(Func<bool> condition, string what, TimeSpan? timeout = null)
    {
        TimeSpan limit = timeout ?? TimeSpan.FromSeconds(5);
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > limit)
            {
                throw new TimeoutException($"after {limit.TotalSeconds:0.#} s still not: {what}");
            }

            Thread.Sleep(5);
        }
    }
}
