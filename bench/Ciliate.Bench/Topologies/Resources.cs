namespace Ciliate.Bench.Topologies;

/// <summary>Things to take down, the last one first; one that fails does not keep the others.</summary>
internal sealed class Resources : IDisposable
{
    private readonly Stack<Action> _undo = new();

    public T Add<T>(T resource) where T : IDisposable
    {
        _undo.Push(resource.Dispose);
        return resource;
    }

    public void OnDispose(Action undo) => _undo.Push(undo);

    public void Dispose()
    {
        while (_undo.TryPop(out var undo))
        {
            try
            {
                undo();
            }
            catch (Exception e)
            {
                Console.Error.WriteLine($"bench: taking down: {e.Message}");
            }
        }
    }
}
