namespace Ciliate.Testing;

/// <summary>Files of the repository that tests read: documents, examples, built executables.</summary>
public static class Repository
{
    /// <summary>The folder that holds <c>Ciliate.slnx</c>.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    private static string Find(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Ciliate.slnx")))
                return folder.FullName;
        }
        throw new DirectoryNotFoundException($"no Ciliate.slnx above {start}");
    }
}
