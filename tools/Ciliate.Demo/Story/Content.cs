using System.Security.Cryptography;
using Ciliate.Demo.Machine;
using Ciliate.Linux;

namespace Ciliate.Demo.Story;

/// <summary>What the containers serve: a page; a large file whose checksum is known; a stream that never ends.</summary>
internal sealed class Content
{
    public const string LargeFile = "/large.bin";
    public const string EndlessStream = "/cgi-bin/stream";
    public const int LargeFileSize = 32 << 20;

    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const string StreamScript = """
        #!/bin/sh
        printf 'Content-Type: text/plain\r\n\r\n'
        while echo 'one more line of a stream that has no end'; do
            busybox usleep 5000
        done

        """;

    public Content(World world)
    {
        Directory = world.MakeDirectory("content");
        File.WriteAllText(Path.Combine(Directory, "index.html"), "hello\n");
        byte[] large = RandomNumberGenerator.GetBytes(LargeFileSize);
        File.WriteAllBytes(Directory + LargeFile, large);
        Checksum = Convert.ToHexStringLower(SHA256.HashData(large));
        world.MakeDirectory("content", "cgi-bin");
        File.WriteAllText(Directory + EndlessStream, StreamScript);
        FileSystem.SetMode(Directory + EndlessStream, Executable);
    }

    public string Directory { get; }

    /// <summary>SHA-256 of the large file.</summary>
    public string Checksum { get; }
}
