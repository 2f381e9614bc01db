using System.Security.Cryptography;
using Ciliate.Agent.Endpoints;

namespace Ciliate.Agent.State;

/// <summary>The compiled objects of the users' programs, as files that are named by what they hold: endpoints that have the same share one, on the
/// disk and in memory. Used from the control loop only.</summary>
public sealed class UserObjects(StateStore store, Table<ushort, Endpoint> endpoints)
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _known = [];

    public static string DigestOf(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>One that an endpoint's record names.</summary>
    /// <inheritdoc cref="StateStore.ReadObject"/>
    public ReadOnlyMemory<byte> Read(string digest)
    {
        if (!_known.TryGetValue(digest, out ReadOnlyMemory<byte> content))
            _known[digest] = content = store.ReadObject(digest);
        return content;
    }

    /// <summary>On the disk when it returns, and there until <see cref="RemoveUnused"/>.</summary>
    /// <exception cref="AgentException">The disk does not take it.</exception>
    public ReadOnlyMemory<byte> Write(ReadOnlyMemory<byte> content)
    {
        string digest = DigestOf(content.Span);
        if (_known.TryGetValue(digest, out ReadOnlyMemory<byte> known))
            return known;
        store.WriteObject(digest, content.Span);
        return _known[digest] = content;
    }

    /// <summary>Removes those that no endpoint has, for what came of them or since a crash came in between. Safe to repeat, and cheap.</summary>
    /// <exception cref="AgentException">The disk does not take it.</exception>
    public void RemoveUnused()
    {
        // An endpoint's file may still name one that its row does not.
        if (store.OwesAny)
            return;
        HashSet<string> used = [.. endpoints.Rows.SelectMany(endpoint => endpoint.Hooks).Select(hook => hook.Program.Digest)];
        foreach (string digest in _known.Keys.Where(digest => !used.Contains(digest)).ToArray())
            _known.Remove(digest);
        string[] unused = [.. store.ObjectPaths().Where(path => !used.Contains(Path.GetFileNameWithoutExtension(path)))];
        if (unused.Length > 0)
            store.DeleteObjects(unused);
    }
}
