using Ciliate.Agent.Metrics;
using Ciliate.Agent.Policies;
using Ciliate.Api;
using Ciliate.Policy;
using Microsoft.AspNetCore.Http;
using Prometheus;

namespace Ciliate.Agent.Api;

/// <summary>/v1/policy</summary>
internal sealed class PolicyHandlers(AgentServices agent)
{
    public Task ListAsync(HttpContext context)
    {
        PolicyState state = agent.Policies.Current;
        var list = new PolicyList((ulong)state.Revision, [.. state.Policies.Select(policy => Resource(policy, state, withYaml: false))]);
        return Requests.WriteAsync(context, list, ApiJson.Default.PolicyList);
    }

    public Task GetAsync(HttpContext context)
    {
        PolicyState state = agent.Policies.Current;
        PolicyKey key = Key(context, state);
        NetworkPolicy policy = state.Policies.Find(key) ?? throw PolicyManager.Unknown(key);
        return Requests.WriteAsync(context, Resource(policy, state, withYaml: true), ApiJson.Default.PolicyResource);
    }

    public async Task PutAsync(HttpContext context)
    {
        var timer = agent.Metrics.ChangeTime.WithLabels(MetricsReport.PolicyChange).NewTimer();
        IReadOnlyList<PolicySubmission> submissions = await SubmissionsAsync(context).ConfigureAwait(false);
        PolicyOutcome outcome = await agent.Loop.RunAsync(() => agent.Policies.Apply(submissions), context.RequestAborted)
            .ConfigureAwait(false);
        timer.ObserveDuration();
        await AnswerAsync(context, outcome).ConfigureAwait(false);
    }

    public async Task TryPutAsync(HttpContext context)
    {
        IReadOnlyList<PolicySubmission> submissions = await SubmissionsAsync(context).ConfigureAwait(false);
        await TryAsync(context, () => agent.Try(submissions)).ConfigureAwait(false);
    }

    public Task TryDeleteAsync(HttpContext context) => TryAsync(context, () => agent.TryDelete(Key(context, agent.Policies.Current)));

    public async Task DeleteAsync(HttpContext context)
    {
        var timer = agent.Metrics.ChangeTime.WithLabels(MetricsReport.PolicyChange).NewTimer();
        PolicyOutcome outcome = await agent.Loop.RunAsync(
            () => agent.Policies.Delete(Key(context, agent.Policies.Current)), context.RequestAborted).ConfigureAwait(false);
        timer.ObserveDuration();
        await AnswerAsync(context, outcome).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<PolicySubmission>> SubmissionsAsync(HttpContext context)
    {
        IReadOnlyList<PolicyFile> files = await RequestBody.ReadAsync(context, ApiJson.Default.IReadOnlyListPolicyFile).ConfigureAwait(false);
        return PolicySubmission.Read(Requests.WithoutNull(files, "policy files"));
    }

    /// <summary>The loop is asked for what is there at one moment, and goes on while that is looked at.</summary>
    private async Task TryAsync(HttpContext context, Func<PolicyTrialRun> begin)
    {
        PolicyTrialRun trial = await agent.Loop.RunAsync(begin, context.RequestAborted).ConfigureAwait(false);
        await Requests.WriteAsync(context, PolicyTrials.Of(trial.Run(), agent.Rules), ApiJson.Default.PolicyTrial).ConfigureAwait(false);
    }

    private Task AnswerAsync(HttpContext context, PolicyOutcome outcome)
    {
        var change = new PolicyChange(
            (ulong)outcome.Revision,
            PolicyTrials.Names(outcome.Created),
            PolicyTrials.Names(outcome.Changed),
            PolicyTrials.Names(outcome.Unchanged),
            PolicyTrials.Names(outcome.Deleted),
            [.. outcome.Regenerated.Select(id => agent.Endpoints.Endpoints.Find(id)?.Name).OfType<string>().Order(StringComparer.Ordinal)]);
        return Requests.WriteAsync(context, change, ApiJson.Default.PolicyChange);
    }

    private PolicyResource Resource(NetworkPolicy policy, PolicyState state, bool withYaml)
    {
        PolicyOrigin origin = state.Origins[policy.Key];
        return new PolicyResource(
            policy.Key.ToString(),
            origin.File,
            (ulong)origin.Revision,
            [.. agent.Endpoints.Endpoints.Rows
                .Where(endpoint => EndpointResources.Selects(policy, endpoint.Labels))
                .Select(endpoint => endpoint.Name)
                .Order(StringComparer.Ordinal)],
            policy.Specs.Sum(spec => spec.Rules(TrafficDirection.Ingress).Count),
            policy.Specs.Sum(spec => spec.Rules(TrafficDirection.Egress).Count),
            withYaml ? policy.SourceYaml : null);
    }

    /// <summary>A bare name stands for the policy without a namespace or, where there is none, for the one in "default".</summary>
    private static PolicyKey Key(HttpContext context, PolicyState state)
    {
        string name = Requests.Segment(context, "name");
        var bare = PolicyKey.Parse(name);
        if (bare.Namespace is not null)
            return bare;
        PolicyKey inDefault = bare with { Namespace = "default" };
        return state.Policies.Find(bare) is null && state.Policies.Find(inDefault) is not null ? inDefault : bare;
    }
}
