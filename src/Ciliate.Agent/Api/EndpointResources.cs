using Ciliate.Agent.Endpoints;
using Ciliate.Api;
using Ciliate.Datapath;
using Ciliate.Policy;

namespace Ciliate.Agent.Api;

/// <summary>Endpoints as the API shows them.</summary>
internal static class EndpointResources
{
    public static EndpointResource Of(Endpoint endpoint, PolicySet policies, EndpointCounters counters)
    {
        bool ready = endpoint.State == Endpoints.EndpointState.Ready;
        return new EndpointResource(endpoint.Id, new EndpointStatus(
            ready ? Ciliate.Api.EndpointState.Ready : Ciliate.Api.EndpointState.Disconnected,
            new EndpointExternalIdentifiers(endpoint.Name, endpoint.NamespacePath),
            new IdentityResource(endpoint.Identity, Texts(endpoint.Labels)),
            new EndpointNetworking(
                [new AddressPair(endpoint.IPv4?.ToString(), endpoint.IPv6?.ToString())],
                Endpoint.Text(endpoint.HostMac),
                Endpoint.Text(endpoint.ContainerMac),
                endpoint.HostInterface,
                endpoint.HostIfIndex,
                endpoint.ContainerInterface),
            new EndpointPolicyStatus(
                Enforced(policies, endpoint.Labels),
                ready ? (ulong)policies.Revision : 0,
                endpoint.Generation,
                Selecting(policies, endpoint.Labels)),
            new EndpointTraffic(
                counters.EgressPackets, counters.EgressBytes,
                counters.IngressPackets, counters.IngressBytes, counters.Drops, counters.JudgedAgain)));
    }

    public static IReadOnlyList<string> Texts(LabelSet labels) => [.. labels.Select(label => label.ToString())];

    public static bool Selects(NetworkPolicy policy, LabelSet labels) => policy.Specs.Any(spec => spec.EndpointSelector.Matches(labels));

    private static string Enforced(PolicySet policies, LabelSet labels)
    {
        bool ingress = Enforces(policies, labels, Policy.TrafficDirection.Ingress);
        bool egress = Enforces(policies, labels, Policy.TrafficDirection.Egress);
        return (ingress, egress) switch
        {
            (true, true) => "both",
            (true, false) => "ingress",
            (false, true) => "egress",
            _ => "none",
        };
    }

    private static bool Enforces(PolicySet policies, LabelSet labels, Policy.TrafficDirection direction) =>
        policies.SelectMany(policy => policy.Specs).Any(spec => !spec.Rules(direction).IsSilent && spec.EndpointSelector.Matches(labels));

    private static IReadOnlyList<string> Selecting(PolicySet policies, LabelSet labels) =>
        [.. policies.Where(policy => Selects(policy, labels)).Select(policy => policy.Key.ToString())];
}
