namespace Ciliate.Agent.Tests.State;

/// <summary>Brings to life what is left after a <see cref="LostPower"/>.</summary>
internal static class DiskCopy
{
    /// <param name="files">Content by path below <paramref name="root"/>.</param>
    /// <param name="place">What was there goes.</param>
    /// <returns><paramref name="place"/>.</returns>
    public static string Make(IReadOnlyDictionary<string, byte[]> files, string root, string place)
    {
        if (Directory.Exists(place))
            Directory.Delete(place, recursive: true);
        foreach (var (path, content) in files)
        {
            string copy = Path.Combine(place, Path.GetRelativePath(root, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.WriteAllBytes(copy, content);
        }

        return place;
    }
}
