namespace Ciliate.Agent.State;

/// <summary>Objects of the users' programs. What one holds is told by its name, so that one that was cut or changed is found out.</summary>
public sealed partial class StateStore
{
    private const string ObjectExtension = ".o";

    /// <param name="digest">SHA-256, as lower-case hexadecimal digits.</param>
    /// <exception cref="FormatException">That is no digest.</exception>
    /// <exception cref="StateException">The file is missing, or not as it was written.</exception>
    public byte[] ReadObject(string digest)
    {
        const int digits = 64;
        if (digest.Length != digits || !digest.All(char.IsAsciiHexDigitLower))
            throw new FormatException($"'{digest}' is no SHA-256");
        string path = ObjectPath(digest);
        if (!File.Exists(path))
            throw Unusable(path, "is missing");
        byte[] content = ReadBytes(path);
        return UserObjects.DigestOf(content) == digest ? content : throw Unusable(path, "does not have the SHA-256 that it is named by");
    }

    private static StateException Unusable(string path, string problem) => new(
        $"state file {path}, which a user's program at an endpoint is from, {problem}; restore it, or take its hook out of the endpoint's file to start without it");

    /// <exception cref="AgentException">The disk does not take it.</exception>
    public void WriteObject(string digest, ReadOnlySpan<byte> content) => Write(ObjectPath(digest), content.ToArray());

    /// <summary>Safe to repeat.</summary>
    /// <exception cref="AgentException">The disk does not take it.</exception>
    public void DeleteObjects(IReadOnlyCollection<string> paths) => Disk.Delete(paths);

    public IEnumerable<string> ObjectPaths() => Files(_objects, ObjectExtension);

    public string ObjectPath(string digest) => Path.Combine(_objects, digest + ObjectExtension);
}
