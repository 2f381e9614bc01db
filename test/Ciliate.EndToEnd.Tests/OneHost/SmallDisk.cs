using Ciliate.Testing;

namespace Ciliate.EndToEnd.Tests.OneHost;

/// <summary>A small file system of its own under a state directory, that can be full or read-only.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly string _directory;
    private readonly string _filler;

    public SmallDisk(string directory)
    {
        _directory = Directory.CreateDirectory(directory).FullName;
        _filler = Path.Combine(_directory, "filler");
        Mount("-t", "tmpfs", "-o", "size=512k,mode=0700", "tmpfs", _directory);
    }

    /// <summary>Takes the last byte.</summary>
    public void Fill()
    {
        using var file = new FileStream(_filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] block = new byte[4096];
        try
        {
            while (true)
                file.Write(block);
        }
        catch (IOException)
        {
            // Full, as wanted.
        }
    }

    public void Free() => File.Delete(_filler);

    /// <summary>By a second mount over the first, which the kernel would not change while an agent has files there open.</summary>
    public void MakeReadOnly()
    {
        Mount("--bind", _directory, _directory);
        Mount("-o", "remount,bind,ro", _directory);
    }

    public void MakeWritable() => Run("umount", "--lazy", _directory);

    /// <summary>Path and text of each file but the one that fills and the one that is locked.</summary>
    public IReadOnlyList<string> Contents() =>
    [
        .. Directory.EnumerateFiles(_directory, "*", SearchOption.AllDirectories)
            .Where(path => path != _filler && Path.GetFileName(path) != "lock")
            .Order(StringComparer.Ordinal)
            .Select(path => $"{path}: {File.ReadAllText(path)}"),
    ];

    public void Dispose()
    {
        while (TestProcess.Run(null, "mountpoint", "--quiet", _directory).ExitCode == 0)
            Run("umount", "--lazy", _directory);
    }

    private static void Mount(params string[] arguments) => Run("mount", arguments);

    private static void Run(string program, params string[] arguments)
    {
        ProcessResult result = TestProcess.Run(null, program, arguments);
        if (result.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {result.Errors}");
    }
}
