using System.Net;
using Ciliate.Agent.Flows;
using Ciliate.Agent.Policies;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Datapath;
using Ciliate.Policy;
using Xunit;

namespace Ciliate.Agent.Tests.Policies;

/// <summary>What a change would do is told, and nothing is done.</summary>
public sealed class PolicyTrialTests : IDisposable
{
    private static readonly IPAddress s_remote = IPAddress.Parse("198.51.100.7");

    private readonly TestAgent _agent = new();

    public PolicyTrialTests()
    {
        _agent.Add("web", "app=web");
        _agent.Add("db", "app=db");
    }

    public void Dispose() => _agent.Dispose();

    [Fact]
    public void Endpoints_that_would_change_are_told_with_the_lines_that_come_and_go()
    {
        TrialOutcome trial = Try(TestPolicies.Allow("db", to: "db", from: "web", port: 80));

        TriedEndpoint db = Assert.Single(trial.Endpoints);
        Assert.Equal("db", db.Endpoint.Name);
        Assert.Equal((false, true, 0), (db.Ingress.Denies, db.Ingress.WillDeny, db.Ingress.Removed));
        Assert.True(db.Ingress.Added > 0);
        Assert.True(db.Egress.IsNone);
        Assert.Equal("db", Assert.Single(trial.Change.Created).ToString());
    }

    [Fact]
    public void Nothing_is_changed_by_a_trial()
    {
        _agent.Apply(TestPolicies.Allow("db", to: "db", from: "web", port: 80));
        (int calls, IReadOnlyList<string> files) = (_agent.Datapath.Calls.Count, _agent.StateFiles);
        PolicyState before = _agent.Services.Policies.Current;

        Try(TestPolicies.Allow("db", to: "db", from: "web", port: 81), ToCidr("198.51.100.0/24"));

        Assert.Same(before, _agent.Services.Policies.Current);
        Assert.Equal(calls, _agent.Datapath.Calls.Count);
        Assert.Equal(files, _agent.StateFiles);
    }

    [Fact]
    public void Flows_whose_verdict_would_be_another_are_told_with_both_rules()
    {
        See(Flow(5432), Flow(5432), Flow(80));

        TriedFlows flows = Try(TestPolicies.Allow("db", to: "db", from: "web", port: 80)).Flows;

        FlippedFlow flip = Assert.Single(flows.Flips);
        Assert.Equal((3, 0), (flows.Examined, flows.Unjudged));
        Assert.Equal((new PacketKind(6, 5432), 2, true, null, null), (flip.Kind, flip.Count, flip.Allowed, flip.Rule, flip.NextRule));
        Assert.Equal(2ul, flip.Flow.Sequence);
    }

    [Fact]
    public void What_is_denied_now_and_would_be_allowed_is_a_flip_too_and_a_reply_counts_as_its_flow()
    {
        _agent.Apply(TestPolicies.Allow("db", to: "db", from: "web", port: 80));
        VerdictEvent denied = Verdicts.Dropped(5432) with { DropReason = 2, Direction = Datapath.TrafficDirection.Ingress };
        See(Record(denied), Record(Turned(denied)));

        FlippedFlow flip = Assert.Single(Try(TestPolicies.Allow("more", to: "db", from: "web", port: 5432)).Flows.Flips);

        Assert.Equal((2, false, null, "more/ingress[0]"), (flip.Count, flip.Allowed, flip.Rule, flip.NextRule!.ToString()));
    }

    [Fact]
    public void Who_is_outside_is_known_by_a_prefix_that_only_the_new_policy_names()
    {
        VerdictEvent outwards = Verdicts.Forwarded(443) with { Destination = s_remote, DestinationIdentity = ReservedIdentities.World, DestinationEndpoint = 0 };
        See(Record(outwards), Record(outwards with { Destination = IPAddress.Parse("203.0.113.1") }));

        TriedFlows flows = Try(ToCidr("198.51.100.0/24")).Flows;

        Assert.Equal((2, "203.0.113.1"), (flows.Examined, Assert.Single(flows.Flips).Flow.Destination.Address!.ToString()));
    }

    [Fact]
    public void What_policies_have_no_say_in_is_counted_and_left_out()
    {
        See(
            Record(Verdicts.Dropped(80) with { DropReason = (uint)Datapath.Abi.DropReason.SpoofedAddress }),
            Record(Verdicts.Forwarded(80) with { DestinationEndpoint = 9 }),
            Record(Verdicts.Forwarded(80) with { Source = null, Destination = null }));

        TriedFlows flows = Try(TestPolicies.Allow("db", to: "db", from: "web", port: 80)).Flows;

        Assert.Equal((0, 3, 0), (flows.Examined, flows.Unjudged, flows.Flips.Count));
    }

    [Fact]
    public void A_deletion_is_tried_like_any_change_and_what_is_no_change_changes_nothing()
    {
        string policy = TestPolicies.Allow("db", to: "db", from: "web", port: 80);
        _agent.Apply(policy);
        See(Flow(5432));

        TrialOutcome deleted = _agent.Services.TryDelete(PolicyKey.Parse("db")).Run();
        TrialOutcome same = Try(policy);

        Assert.Equal((1, 1), (deleted.Endpoints.Count, deleted.Flows.Flips.Count));
        Assert.Equal((0, 0, 1), (same.Endpoints.Count, same.Flows.Flips.Count, same.Change.Unchanged.Count));
    }

    [Fact]
    public void What_would_be_refused_is_refused() =>
        Assert.Equal(AgentError.NotFound, Assert.Throws<AgentException>(() => _agent.Services.TryDelete(PolicyKey.Parse("none"))).Kind);

    [Theory, InlineData("true"), InlineData("yes")]
    public void A_policy_that_is_to_be_watched_only_is_not_enforced(string value)
    {
        string yaml = TestPolicies.Allow("db", to: "db", from: "web", port: 80).Replace(
            "  name: db", $"  name: db\n  annotations:\n    ciliate.io/audit: \"{value}\"", StringComparison.Ordinal);

        var refused = Assert.Throws<AgentException>(() => PolicySubmission.Read([new Ciliate.Api.PolicyFile("db.yaml", yaml)]));

        Assert.StartsWith($"db.yaml: policy 'db': annotation ciliate.io/audit \"{value}\" is not supported yet", refused.Message, StringComparison.Ordinal);
        Assert.Single(PolicySubmission.Read([new Ciliate.Api.PolicyFile("db.yaml", yaml.Replace($"\"{value}\"", "\"false\"", StringComparison.Ordinal))]));
    }

    private TrialOutcome Try(params string[] policies) => _agent.Services.Try(
        [.. policies.SelectMany(yaml => PolicyReader.Read(yaml, "test.yaml")).Select(policy => new PolicySubmission(policy, "test.yaml"))]).Run();

    private void See(params FlowRecord[] flows)
    {
        for (int i = 0; i < flows.Length; i++)
            _agent.Services.Flows.Add(flows[i] with { Sequence = (ulong)i + 1 });
    }

    private static FlowRecord Flow(ushort port) => Record(Verdicts.Forwarded(port));

    private static VerdictEvent Turned(VerdictEvent verdict) => verdict with
    {
        Reply = true,
        Source = verdict.Destination,
        SourcePort = verdict.DestinationPort,
        SourceEndpoint = verdict.DestinationEndpoint,
        Destination = verdict.Source,
        DestinationPort = verdict.SourcePort,
        DestinationEndpoint = verdict.SourceEndpoint,
    };

    private static FlowRecord Record(VerdictEvent verdict) => new(
        0, verdict,
        new FlowPeer(verdict.Source, verdict.SourcePort, verdict.SourceIdentity, verdict.SourceEndpoint, NameOf(verdict.SourceEndpoint), LabelSet.Empty),
        new FlowPeer(verdict.Destination, verdict.DestinationPort, verdict.DestinationIdentity, verdict.DestinationEndpoint, NameOf(verdict.DestinationEndpoint), LabelSet.Empty),
        null, null);

    private static string? NameOf(ushort endpoint) => endpoint switch { 1 => "web", 2 => "db", _ => null };

    private static string ToCidr(string prefix) => $"""
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata:
          name: out
        spec:
          endpointSelector:
            matchLabels:
              app: web
          egress:
          - toCIDR: [{prefix}]
        """;
}
