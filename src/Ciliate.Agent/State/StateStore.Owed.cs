namespace Ciliate.Agent.State;

/// <summary>What a refused change could not take back.</summary>
public sealed partial class StateStore
{
    private readonly Dictionary<string, Action> _owed = [];

    /// <summary>Brings a file back to what it was, for a change that did not come to its end. If the disk does not take that either it is owed, and no other
    /// change is made before <see cref="PayOwed"/> has made up for it: the next start must not find a change that was refused.</summary>
    /// <exception cref="AgentException">The disk does not take it now.</exception>
    public void TakeBack(string path, Action step)
    {
        _owed[path] = step;
        PayOwed();
    }

    /// <summary>Whether a file is still as a change that was refused has left it.</summary>
    public bool Owes(string path) => _owed.ContainsKey(path);

    /// <summary>Whether any is.</summary>
    public bool OwesAny => _owed.Count > 0;

    /// <summary>Makes up for all that could not be taken back. Safe to repeat.</summary>
    /// <exception cref="AgentException">The disk does not take it yet.</exception>
    public void PayOwed()
    {
        foreach ((string path, Action step) in _owed.ToArray())
        {
            step();
            _owed.Remove(path);
        }
    }
}
