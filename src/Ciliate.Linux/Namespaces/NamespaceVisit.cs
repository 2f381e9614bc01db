namespace Ciliate.Linux;

/// <summary>The calling thread's stay in another network namespace; see <see cref="NetworkNamespace.Enter"/>.</summary>
public readonly ref struct NamespaceVisit
{
    // Null: the thread is at home there.
    private readonly NetworkNamespace? _home;

    internal NamespaceVisit(NetworkNamespace host)
    {
        var home = NetworkNamespace.OpenCurrent();
        try
        {
            host.MoveThread();
        }
        catch
        {
            home.Dispose();
            throw;
        }
        _home = home;
    }

    /// <summary>Takes the thread back.</summary>
    public void Dispose()
    {
        _home?.MoveThread();
        _home?.Dispose();
    }
}
