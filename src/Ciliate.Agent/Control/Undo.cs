namespace Ciliate.Agent.Control;

/// <summary>Takes back the steps of a change that did not come to its end, last step first.</summary>
public sealed class Undo(Action<string, Exception> onFailure) : IDisposable
{
    private readonly Stack<(string Step, Action Action)> _steps = new();

    /// <summary>Remembers how to take back the step that was just done.</summary>
    public void Add(string step, Action action) => _steps.Push((step, action));

    /// <summary>The change is complete; nothing is taken back any more.</summary>
    public void Commit() => _steps.Clear();

    /// <summary>Takes back everything unless committed. One step that cannot be taken back does not keep the others.</summary>
    public void Dispose()
    {
        while (_steps.TryPop(out (string Step, Action Action) undo))
        {
            try
            {
                undo.Action();
            }
#pragma warning disable CA1031 // The first error is the one the caller sees; this one is logged.
            catch (Exception error)
#pragma warning restore CA1031
            {
                onFailure(undo.Step, error);
            }
        }
    }
}
