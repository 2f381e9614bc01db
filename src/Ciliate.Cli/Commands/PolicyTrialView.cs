using System.Globalization;
using Ciliate.Api;

namespace Ciliate.Cli.Commands;

/// <summary>What a change of the policies would do, as people see it.</summary>
internal static class PolicyTrialView
{
    public static void Write(PolicyTrial trial, Output output)
    {
        output.Write(trial, ApiJson.Default.PolicyTrial, Rows);
        output.Message(Summary(trial));
    }

    private static TableView Rows(PolicyTrial trial) => new(
        ["WHAT", "WHICH", "CHANGE", "NOW", "THEN"],
        [
            .. trial.Created.Select(static name => new Cell[] { "policy", name, "created", "-", "-" }),
            .. trial.Changed.Select(static name => new Cell[] { "policy", name, "changed", "-", "-" }),
            .. trial.Unchanged.Select(static name => new Cell[] { "policy", name, new("unchanged", CellStyle.Muted), "-", "-" }),
            .. trial.Deleted.Select(static name => new Cell[] { "policy", name, "deleted", "-", "-" }),
            .. trial.Endpoints.SelectMany(static endpoint => new[] { Row(endpoint.Name, "ingress", endpoint.Ingress), Row(endpoint.Name, "egress", endpoint.Egress) })
                .OfType<Cell[]>(),
            .. trial.Flows.Flips.Select(Row),
        ]);

    private static Cell[]? Row(string endpoint, string direction, DirectionTrial trial) =>
        trial.DefaultDeny == trial.WillDefaultDeny && trial.Added + trial.Removed == 0
            ? null
            : ["endpoint", $"{endpoint} {direction}", string.Create(CultureInfo.InvariantCulture, $"+{trial.Added} -{trial.Removed} lines"), Default(trial.DefaultDeny), Default(trial.WillDefaultDeny)];

    private static string Default(bool denies) => denies ? "default deny" : "default allow";

    private static Cell[] Row(FlowFlip flip) =>
    [
        "flow",
        $"{FlowWriter.Name(flip.Flow.Source)} -> {FlowWriter.Name(flip.Flow.Destination)} {flip.Kind}{(flip.Flow.IsReply ? " (reply)" : "")}",
        string.Create(CultureInfo.InvariantCulture, $"{flip.Count} seen, #{flip.Flow.Id}"),
        Verdict(flip.Verdict, flip.Rule),
        Verdict(flip.NextVerdict, flip.NextRule),
    ];

    private static Cell Verdict(string verdict, string rule) =>
        new($"{verdict} [{rule}]", verdict == ExplainVerdict.Allowed ? CellStyle.Good : CellStyle.Bad);

    private static string Summary(PolicyTrial trial)
    {
        string since = trial.Flows.Since is { } time
            ? $" since {time.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture)}"
            : "";
        int flipped = trial.Flows.Flips.Sum(flip => flip.Count);
        string left = trial.Flows.Unjudged > 0 ? string.Create(CultureInfo.InvariantCulture, $", {trial.Flows.Unjudged} others are no policy's") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"nothing was changed; {trial.Endpoints.Count} {(trial.Endpoints.Count == 1 ? "endpoint" : "endpoints")} would change, and {flipped} of {trial.Flows.Examined} flows seen{since} would get another verdict{left}");
    }
}
