using System.Globalization;
using Ciliate.Demo.Commands;
using Ciliate.Demo.Machine;
using Ciliate.Demo.Output;

namespace Ciliate.Demo.Story;

/// <summary>A connection that the story expects to pass or to be dropped.</summary>
/// <param name="Reason">The drop reason; null when it must pass.</param>
internal sealed record Attempt(string From, string NamespacePath, Container To, string? Reason);

/// <summary>Tries connections for both families with a real client and lays what happened beside what the kernel said.</summary>
internal sealed class Reachability(CiliateCommand ciliate, Narrator narrator)
{
    // An allowed request is answered within milliseconds; the time is for a machine that is busy otherwise.
    private const string ConnectWithin = "1.5";
    private const int EventsToRead = 1000;
    private static readonly bool[] BothFamilies = [false, true];
    private static readonly TimeSpan EventsWithin = TimeSpan.FromSeconds(3);

    private sealed record Result(Attempt Attempt, bool IPv6, bool Answered, ObservedFlow? Observed)
    {
        public bool AsExpected =>
            Answered == (Attempt.Reason is null) && Observed is not null && Observed.Dropped == !Answered && Observed.Reason == Attempt.Reason;
    }

    /// <exception cref="DemoException">Something passed that must not, or the other way round, or the reason is another.</exception>
    public async Task ShowAsync(IReadOnlyList<Attempt> attempts, CancellationToken cancellation)
    {
        narrator.Command("curl http://ADDRESS:PORT/    (in each container, all at once)");
        (Attempt Attempt, bool IPv6, bool Answered)[] tried = await Task.WhenAll(
            attempts.SelectMany(attempt => BothFamilies.Select(async ipv6 =>
                (attempt, ipv6, await FetchAsync(attempt, ipv6, cancellation)))));
        narrator.Command($"ciliate observe --last {EventsToRead} -o json");
        Result[] results = await ExplainAsync(tried, cancellation);
        Print(results);
        if (results.FirstOrDefault(result => !result.AsExpected) is { } wrong)
        {
            throw new DemoException(
                $"{wrong.Attempt.From} to {wrong.Attempt.To.Name} by {Family(wrong.IPv6)} was expected to "
                + (wrong.Attempt.Reason is { } reason ? $"be dropped ({reason})" : "pass"));
        }

        narrator.Good($"{results.Count(result => result.Answered)} connections passed, {results.Count(result => !result.Answered)} were dropped, all as the policies say");
    }

    private static async Task<bool> FetchAsync(Attempt attempt, bool ipv6, CancellationToken cancellation)
    {
        using var curl = ChildProcess.Start(
            attempt.NamespacePath, "curl", ["--silent", "--fail", "--connect-timeout", ConnectWithin, attempt.To.Url(ipv6).ToString()]);
        return (await curl.FinishAsync(cancellation)).ExitCode == 0;
    }

    /// <summary>The kernel's events arrive a moment after the packets.</summary>
    private async Task<Result[]> ExplainAsync((Attempt Attempt, bool IPv6, bool Answered)[] tried, CancellationToken cancellation)
    {
        TimeSpan deadline = narrator.Elapsed + EventsWithin;
        while (true)
        {
            string lines = await ciliate.QueryAsync(
                cancellation, "observe", "--last", EventsToRead.ToString(CultureInfo.InvariantCulture), "-o", "json");
            IReadOnlyList<ObservedFlow> flows = ObservedFlow.ParseLines(lines);
            Result[] results = [.. tried.Select(one => new Result(one.Attempt, one.IPv6, one.Answered, Find(flows, one.Attempt, one.IPv6)))];
            if (results.All(result => result.Observed is not null) || narrator.Elapsed > deadline)
            {
                return results;
            }

            await Task.Delay(20, cancellation);
        }
    }

    private static ObservedFlow? Find(IReadOnlyList<ObservedFlow> flows, Attempt attempt, bool ipv6) =>
        flows.LastOrDefault(flow =>
            (flow.Source ?? "host") == attempt.From && flow.Destination == attempt.To.Name && flow.Port == attempt.To.Port && flow.IPv6 == ipv6);

    private void Print(IReadOnlyList<Result> results)
    {
        var table = new TextTable("FROM", "TO", "FAMILY", "CURL", "VERDICT", "REASON", "RULE");
        foreach (Result result in results)
        {
            table.Add(
                result.Attempt.From,
                string.Create(CultureInfo.InvariantCulture, $"{result.Attempt.To.Name}:{result.Attempt.To.Port}"),
                Family(result.IPv6),
                result.Answered ? "200 OK" : "no answer",
                result.Observed is null ? "?" : result.Observed.Dropped ? "dropped" : "forwarded",
                result.Observed?.Reason ?? "-",
                result.Observed?.Rule ?? "-");
        }

        narrator.Table(table, [.. results.Select(result => result.AsExpected)]);
    }

    private static string Family(bool ipv6) => ipv6 ? "IPv6" : "IPv4";
}
