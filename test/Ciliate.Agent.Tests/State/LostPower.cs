namespace Ciliate.Agent.Tests.State;

/// <summary>
/// What a disk may hold after its power was lost, given the calls before: a name counts from the fsync of its directory on, content from the fsync of
/// its file on. Of the rest anything may have arrived: names all, none, or one alone; content whole, not at all, in half, or as zeros.
/// </summary>
internal sealed class LostPower(string root)
{
    private readonly Dictionary<string, Node> _names = [];
    private readonly Dictionary<string, Node> _namesOnDisk = [];
    private readonly List<(string Directory, Action<Dictionary<string, Node>> Change)> _unsynced = [];

    public void Do(FileCall call)
    {
        switch (call.Call)
        {
            case "create" or "mkdir":
                var made = new Node(IsDirectory: call.Call == "mkdir");
                Rename(call.Path, names => names[call.Path] = made);
                break;
            case "rename":
                Node moved = _names[call.Path];
                Rename(call.Path, names =>
                {
                    names.Remove(call.Path);
                    names[call.Target] = moved;
                });
                break;
            case "unlink":
                Rename(call.Path, names => names.Remove(call.Path));
                break;
            case "write":
                _names[call.Path].Content = [.. _names[call.Path].Content, .. call.Content];
                break;
            case "ftruncate":
                _names[call.Path].Content = _names[call.Path].Content[..(int)call.Length];
                break;
            case "fsync" when _names.TryGetValue(call.Path, out Node? file) && !file.IsDirectory:
                file.OnDisk = file.Content;
                break;
            case "fsync":
                foreach (var (_, change) in _unsynced.Where(pending => pending.Directory == call.Path))
                    change(_namesOnDisk);
                _unsynced.RemoveAll(pending => pending.Directory == call.Path);
                break;
            default:
                throw new InvalidOperationException(call.Call);
        }
    }

    /// <summary>Path and content of each file, for each way that it may have come.</summary>
    public IEnumerable<IReadOnlyDictionary<string, byte[]>> Outcomes() =>
        from names in NamesThatMayBe()
        from content in new Func<Node, byte[]>[] { node => node.Content, node => node.OnDisk, Half, Zeros }
        select names
            .Where(pair => !pair.Value.IsDirectory && HasDirectory(names, pair.Key))
            .ToDictionary(pair => pair.Key, pair => content(pair.Value));

    private void Rename(string path, Action<Dictionary<string, Node>> change)
    {
        change(_names);
        _unsynced.Add((Path.GetDirectoryName(path)!, change));
    }

    private IEnumerable<Dictionary<string, Node>> NamesThatMayBe()
    {
        yield return _names;
        yield return _namesOnDisk;
        foreach (var (_, change) in _unsynced)
        {
            var names = new Dictionary<string, Node>(_namesOnDisk);
            change(names);
            yield return names;
        }
    }

    private bool HasDirectory(Dictionary<string, Node> names, string path)
    {
        string directory = Path.GetDirectoryName(path)!;
        return directory == root || names.ContainsKey(directory);
    }

    private static byte[] Half(Node node) => node.Content[..Math.Min(node.Content.Length, (node.OnDisk.Length + node.Content.Length) / 2)];

    private static byte[] Zeros(Node node)
    {
        byte[] content = new byte[node.Content.Length];
        node.OnDisk.AsSpan(0, Math.Min(node.OnDisk.Length, content.Length)).CopyTo(content);
        return content;
    }

    private sealed record Node(bool IsDirectory)
    {
        public byte[] Content { get; set; } = [];

        public byte[] OnDisk { get; set; } = [];
    }
}
