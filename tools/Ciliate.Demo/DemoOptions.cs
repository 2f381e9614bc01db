namespace Ciliate.Demo;

/// <param name="AgentBinary">Absolute path of ciliated.</param>
/// <param name="ClientBinary">Absolute path of ciliate.</param>
/// <param name="Policies">Absolute path of the quickstart's folder.</param>
internal sealed record DemoOptions(string AgentBinary, string ClientBinary, string Policies)
{
    private const string Usage = "usage: Ciliate.Demo [--bin DIRECTORY] [--examples DIRECTORY]";

    /// <exception cref="DemoException">An argument is unknown, or a file is not there.</exception>
    public static DemoOptions Parse(IReadOnlyList<string> arguments)
    {
        string bin = "artifacts/bin", examples = "examples/quickstart";
        for (int i = 0; i < arguments.Count; i += 2)
        {
            string value = i + 1 < arguments.Count ? arguments[i + 1] : throw new DemoException(Usage);
            switch (arguments[i])
            {
                case "--bin":
                    bin = value;
                    break;
                case "--examples":
                    examples = value;
                    break;
                default:
                    throw new DemoException(Usage);
            }
        }

        return new DemoOptions(Binary(bin, "ciliated"), Binary(bin, "ciliate"), Folder(examples));
    }

    private static string Binary(string directory, string name)
    {
        string path = Path.GetFullPath(Path.Combine(directory, name));
        return File.Exists(path) ? path : throw new DemoException($"{path} is not there; build it with 'make publish'");
    }

    private static string Folder(string path) =>
        Directory.Exists(path) ? Path.GetFullPath(path) : throw new DemoException($"{path} is not there; run from the repository's top folder");
}
