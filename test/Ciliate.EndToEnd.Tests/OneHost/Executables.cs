namespace Ciliate.EndToEnd.Tests.OneHost;

/// <summary>What <c>make publish</c> built.</summary>
public static class Executables
{
    public static string Agent => Find("ciliated");

    public static string Client => Find("ciliate");

    private static string Find(string name)
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "Ciliate.slnx")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        string path = Path.Combine(directory ?? ".", "artifacts", "bin", name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is not there; build it with 'make publish'");
    }
}
