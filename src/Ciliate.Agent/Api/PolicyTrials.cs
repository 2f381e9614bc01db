using Ciliate.Agent.Policies;
using Ciliate.Api;
using Ciliate.Datapath;
using Ciliate.Policy;

namespace Ciliate.Agent.Api;

/// <summary>What a change of the policies would do, as the API shows it.</summary>
internal static class PolicyTrials
{
    public static PolicyTrial Of(TrialOutcome outcome, RuleCatalog rules) => new(
        Names(outcome.Change.Created),
        Names(outcome.Change.Changed),
        Names(outcome.Change.Unchanged),
        Names(outcome.Change.Deleted),
        [.. outcome.Endpoints.Select(trial => new EndpointTrial(
            trial.Endpoint.Id, trial.Endpoint.Name, Of(trial.Ingress), Of(trial.Egress)))],
        new FlowTrial(
            outcome.Flows.Examined, outcome.Flows.Unjudged, outcome.Flows.Since, [.. outcome.Flows.Flips.Select(flip => Of(flip, rules))]));

    public static IReadOnlyList<string> Names(IEnumerable<PolicyKey> keys) =>
        [.. keys.Select(key => key.ToString()).Order(StringComparer.Ordinal)];

    private static DirectionTrial Of(TriedDirection direction) =>
        new(direction.Denies, direction.WillDeny, direction.Added, direction.Removed);

    private static FlowFlip Of(FlippedFlow flip, RuleCatalog rules) => new(
        flip.Count,
        ExplainVerdict.Of(flip.Allowed),
        RuleText(flip.Rule, flip.Allowed, rules),
        ExplainVerdict.Of(!flip.Allowed),
        RuleText(flip.NextRule, !flip.Allowed, rules),
        flip.Kind.ToString(),
        FlowResources.Of(flip.Flow));

    private static string RuleText(RuleReference? rule, bool allowed, RuleCatalog rules) =>
        rule?.ToString() ?? rules.TextOf(allowed ? ReservedRules.NotEnforced : ReservedRules.DefaultDeny)!;
}
