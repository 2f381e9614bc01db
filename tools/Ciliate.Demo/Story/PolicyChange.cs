using System.Diagnostics;
using System.Globalization;
using Ciliate.Demo.Commands;
using Ciliate.Demo.Machine;
using Ciliate.Demo.Output;

namespace Ciliate.Demo.Story;

/// <summary>Changes the database's policy while two of its clients are connected: the one that keeps its right goes on, the other is cut off.</summary>
internal sealed class PolicyChange(World world, CiliateCommand ciliate, Narrator narrator)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(100);

    // Long enough for the sender's retransmissions, which must not arrive either.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan UnderWayWithin = TimeSpan.FromSeconds(10);
    private const long UnderWay = 2000;

    /// <exception cref="DemoException">The kept download suffered, or the revoked connection went on.</exception>
    public async Task ShowAsync(Container kept, Container revoked, Container server, Content content, string policy, CancellationToken cancellation)
    {
        bool[] families = [false, true];
        Download[] downloads = [.. families.Select(v6 => new Download(world, kept, server.Url(v6, Content.LargeFile), $"{kept.Name}-{Family(v6)}"))];
        EndlessStream[] streams = [.. families.Select(v6 => new EndlessStream(world, revoked, server.Url(v6, Content.EndlessStream), $"{revoked.Name}-{Family(v6)}"))];
        narrator.Command($"curl --limit-rate 4M {downloads.Length} × {server.Url(false, Content.LargeFile)}    (in {kept.Name}; IPv4 and IPv6)");
        narrator.Command($"curl --no-buffer {streams.Length} × {server.Url(false, Content.EndlessStream)}    (in {revoked.Name}; IPv4 and IPv6)");
        await WaitAsync(() => downloads.All(one => one.Received > UnderWay) && streams.All(one => one.Received > UnderWay), cancellation);

        await ciliate.RunAsync(cancellation, "policy", "apply", "-f", policy);
        long applied = Stopwatch.GetTimestamp();
        long[] receivedBefore = [.. downloads.Select(one => one.Received)];
        await Task.Delay(Silence, cancellation);
        foreach (EndlessStream stream in streams)
        {
            CheckSilence(stream, applied);
        }

        narrator.Say("The flow table meanwhile:");
        await ciliate.RunAsync(cancellation, "bpf", "flow", "list");
        for (int i = 0; i < downloads.Length; i++)
        {
            await downloads[i].FinishAsync(content.Checksum, cancellation);
            narrator.Good(string.Create(
                CultureInfo.InvariantCulture,
                $"{downloads[i].Name}: went on from {receivedBefore[i] >> 20} to {downloads[i].Received >> 20} MiB, SHA-256 {content.Checksum[..16]}… is right"));
        }
    }

    private async Task WaitAsync(Func<bool> condition, CancellationToken cancellation)
    {
        TimeSpan deadline = narrator.Elapsed + UnderWayWithin;
        while (!condition())
        {
            if (narrator.Elapsed > deadline)
            {
                throw new DemoException("the transfers did not get under way");
            }

            await Task.Delay(10, cancellation);
        }
    }

    private void CheckSilence(EndlessStream stream, long applied)
    {
        TimeSpan after = Stopwatch.GetElapsedTime(applied, stream.LastByte);
        string when = string.Create(
            CultureInfo.InvariantCulture, $"{Math.Abs(after.TotalMilliseconds):0.0} ms {(after < TimeSpan.Zero ? "before" : "after")} the apply returned");
        if (after > Limit)
        {
            throw new DemoException($"{stream.Name}: bytes still came {when}; at most {Limit.TotalMilliseconds:0} ms are allowed");
        }

        narrator.Good($"{stream.Name}: the last byte came {when}, nothing since");
    }

    private static string Family(bool ipv6) => ipv6 ? "ipv6" : "ipv4";
}
