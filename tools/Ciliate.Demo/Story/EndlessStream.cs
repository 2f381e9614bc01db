using System.Diagnostics;
using Ciliate.Demo.Machine;

namespace Ciliate.Demo.Story;

/// <summary>A connection on which the server sends a line every few milliseconds, read as fast as it comes.</summary>
internal sealed class EndlessStream
{
    private readonly ChildProcess _curl;
    private long _received;
    private long _last;

    public EndlessStream(World world, Container client, Uri url, string name)
    {
        Name = name;
        _curl = world.Start(client.NamespacePath, "curl", ["--silent", "--fail", "--no-buffer", url.ToString()]);
        new Thread(Read) { IsBackground = true, Name = name }.Start();
    }

    public string Name { get; }

    public long Received => Interlocked.Read(ref _received);

    /// <summary>When the last byte came, as <see cref="Stopwatch.GetTimestamp"/> counts; 0 before the first.</summary>
    public long LastByte => Interlocked.Read(ref _last);

    private void Read()
    {
        byte[] buffer = new byte[64 * 1024];
        int length;
        while ((length = _curl.Output.Read(buffer)) > 0)
        {
            Interlocked.Exchange(ref _last, Stopwatch.GetTimestamp());
            Interlocked.Add(ref _received, length);
        }
    }
}
