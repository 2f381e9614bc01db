using Ciliate.Linux.Interop;

namespace Ciliate.Agent.Tests.State;

/// <param name="Call">As the C library names it; <c>create</c> for an open that makes the file.</param>
/// <param name="Path">The name, or what a descriptor stands for.</param>
internal sealed record FileCall(string Call, string Path, string Target, byte[] Content, long Length);

/// <summary>Writes down the calls that change files below a directory, in their order.</summary>
internal sealed class FileRecorder : IDisposable
{
    private static readonly HashSet<string> s_changes = ["create", "write", "ftruncate", "fsync", "rename", "unlink", "mkdir"];

    private readonly string _root;
    private readonly IDisposable _consultation;

    public FileRecorder(string root)
    {
        _root = root;
        _consultation = FaultSeam.Consult(See);
    }

    public List<FileCall> Calls { get; } = [];

    public void Dispose() => _consultation.Dispose();

    private int See(scoped SeenCall call)
    {
        if (s_changes.Contains(call.Name) && call.Path is { } path && path.StartsWith(_root, StringComparison.Ordinal))
            Calls.Add(new FileCall(call.Name, path, call.Target, call.Content.ToArray(), call.Length));
        return 0;
    }
}
