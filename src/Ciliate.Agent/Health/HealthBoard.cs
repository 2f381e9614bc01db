namespace Ciliate.Agent.Health;

/// <summary>Something that is wrong.</summary>
/// <param name="Message">A sentence without its full stop that names the thing and, where one can do something, what.</param>
/// <param name="Since">When it was first seen.</param>
public sealed record Problem(string Message, DateTimeOffset Since);

/// <summary>What is wrong and since when. Thread-safe.</summary>
public sealed class HealthBoard(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Problem> _problems = [];
    private DateTimeOffset _wellSince = time.GetUtcNow();

    /// <summary>The oldest first.</summary>
    public IReadOnlyList<Problem> Problems
    {
        get
        {
            lock (_gate)
                return [.. _problems.Values.OrderBy(problem => problem.Since)];
        }
    }

    /// <summary>When the last problem ended, or the agent started.</summary>
    public DateTimeOffset WellSince
    {
        get
        {
            lock (_gate)
                return _wellSince;
        }
    }

    /// <param name="subject">What it is about: told again, also in other words, it is the problem from before.</param>
    /// <param name="message">Null: nothing is wrong with it.</param>
    public void Report(string subject, string? message)
    {
        lock (_gate)
        {
            if (message is not null)
                _problems[subject] = new Problem(message, _problems.TryGetValue(subject, out Problem? known) ? known.Since : time.GetUtcNow());
            else if (_problems.Remove(subject) && _problems.Count == 0)
                _wellSince = time.GetUtcNow();
        }
    }

    /// <summary>All that is wrong with subjects that begin so; what is not among them is well.</summary>
    public void ReportAll(string prefix, IReadOnlyDictionary<string, string> problems)
    {
        lock (_gate)
        {
            foreach (string subject in _problems.Keys.Where(subject => subject.StartsWith(prefix, StringComparison.Ordinal)).ToArray())
            {
                if (!problems.ContainsKey(subject))
                    Report(subject, null);
            }

            foreach ((string subject, string message) in problems)
                Report(subject, message);
        }
    }
}
