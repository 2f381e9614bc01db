using Ciliate.Linux;

namespace Ciliate.Bpf.Tests;

/// <summary>The compiled test programs.</summary>
internal static class Fixture
{
    /// <summary>An Ethernet frame without content.</summary>
    public static readonly byte[] Frame = new byte[64];

    public static string Path(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "Fixtures", $"{name}.bpf.o");

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path(name));

    public static ObjectSpec Open(string name) => ObjectSpec.Open(Path(name));

    public static LoadedObject Load(ObjectSpec spec, params string[] programs)
    {
        using var loader = new BpfLoader();
        return loader.Load(spec, new LoadOptions { Programs = programs.Length > 0 ? programs : null });
    }

    public static LoadedObject Load(string name, params string[] programs) => Load(Open(name), programs);

    /// <summary>Runs a tc program once on an empty frame.</summary>
    public static int Run(this LoadedObject loaded, string program, SkBuff context = default) =>
        loaded.Program(program).TestRun(new TestRunInput { Data = Frame, Context = context }).ReturnValue;
}

/// <summary>A BPF file system of the test's own.</summary>
internal sealed class PinDirectory : IDisposable
{
    public PinDirectory() => FileSystem.MountBpf(Path);

    public string Path { get; } = Directory.CreateTempSubdirectory("ciliate-pins-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>What is pinned; the kernel's own files there end with ".debug".</summary>
    public IEnumerable<string> Names =>
        Directory.EnumerateFiles(Path).Select(path => System.IO.Path.GetFileName(path)).Where(name => !name.EndsWith(".debug", StringComparison.Ordinal)).Order();

    public void Dispose()
    {
        FileSystem.Unmount(Path);
        Directory.Delete(Path);
    }
}
