using System.Security.Cryptography;
using Ciliate.Demo.Machine;

namespace Ciliate.Demo.Story;

/// <summary>A long download by curl, slowed down so that it is under way while the policy changes.</summary>
internal sealed class Download
{
    private const string BytesPerSecond = "4M";

    private readonly ChildProcess _curl;
    private readonly string _file;

    public Download(World world, Container client, Uri url, string name)
    {
        Name = name;
        _file = Path.Combine(world.Directory, name + ".bin");
        _curl = world.Start(client.NamespacePath, "curl", ["--silent", "--fail", "--limit-rate", BytesPerSecond, "--output", _file, url.ToString()]);
    }

    public string Name { get; }

    public long Received => File.Exists(_file) ? new FileInfo(_file).Length : 0;

    /// <exception cref="DemoException">It ended early or with other bytes.</exception>
    public async Task FinishAsync(string checksum, CancellationToken cancellation)
    {
        Outcome outcome = await _curl.FinishAsync(cancellation);
        if (outcome.ExitCode != 0)
        {
            throw new DemoException($"{Name}: the download was cut off after {Received} bytes (curl exit code {outcome.ExitCode})");
        }

        await using FileStream file = File.OpenRead(_file);
        string actual = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
        if (actual != checksum)
        {
            throw new DemoException($"{Name}: the download has the wrong checksum");
        }
    }
}
