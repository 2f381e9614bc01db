using Ciliate.Bpf;
using Ciliate.Datapath;

namespace Ciliate.Verdicts.Tests;

/// <summary>What programs did with a packet: the verdict, the packet that came out, and what they told, drop reasons among it.</summary>
internal sealed record Observation(int Verdict, byte[] Data, IReadOnlyList<VerdictEvent> Told)
{
    /// <summary>To be compared: nobody else looks at the events of <paramref name="datapath"/>.</summary>
    public static Observation Of(TestRunResult run, KernelDatapath datapath)
    {
        var told = new List<VerdictEvent>();
        datapath.ReadEventsNow();
        while (datapath.Events.TryRead(out var next))
            told.Add(next with { Timestamp = default });
        return new Observation(run.ReturnValue, run.Data.ToArray(), told);
    }

    /// <summary>With nobody to be compared with: to look at events takes longer than a run.</summary>
    public static Observation Of(TestRunResult run) => new(run.ReturnValue, run.Data.ToArray(), []);

    /// <summary>Null when both are the same.</summary>
    public static string? Difference(Observation generic, Observation tailored) =>
        generic.Verdict == tailored.Verdict && generic.Data.AsSpan().SequenceEqual(tailored.Data) && generic.Told.SequenceEqual(tailored.Told)
            ? null
            : $"the program that all share: {generic}; the container's own: {tailored}";

    public override string ToString() => $"{Verdict} {Convert.ToHexStringLower(Data)} [{string.Join(", ", Told)}]";
}
