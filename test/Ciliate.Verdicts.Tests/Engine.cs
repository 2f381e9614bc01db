using System.Net;
using Ciliate.Datapath;
using Ciliate.Oracle;
using Ciliate.Policy;

namespace Ciliate.Verdicts.Tests;

/// <summary>The product's side above the kernel: reads the policies' text and makes tables of it for each container.</summary>
internal sealed class Engine
{
    private const uint FirstContainer = IdentityNumbers.FirstOrdinary;

    private readonly World _world;
    private readonly Identity[] _containers;
    private readonly EndpointPolicy[] _policies;

    public Engine(World world, string text, Func<VerdictEntry, VerdictEntry>? change = null)
    {
        _world = world;
        var policies = PolicySet.Create(PolicyReader.Read(text, "generated.yaml"), 1);
        Prefixes = [.. policies.NamedPrefixes().Select((prefix, index) => Identity.OfPrefix(IdentityNumbers.LocalScope + 1 + (uint)index, prefix))];
        _containers = IdentitiesOf(world.Containers);
        var known = new IdentitySet([.. _containers.DistinctBy(identity => identity.Number), .. Prefixes]);
        _policies =
        [
            .. _containers.Select(identity => PolicyEngine.Resolve(policies, identity.Labels, known, null, identity.NamedPorts))
                .Select(policy => new EndpointPolicy(Changed(policy.Ingress, change), Changed(policy.Egress, change))),
        ];
    }

    /// <summary>Identities of the prefixes that the policies name.</summary>
    public IReadOnlyList<Identity> Prefixes { get; }

    public bool Allows(Packet packet)
    {
        uint source = NumberOf(packet.Source), destination = NumberOf(packet.Destination);
        return (!packet.Source.IsContainer || Allows(PolicyOf(packet.Source).Egress, destination, packet))
            && (!packet.Destination.IsContainer || Allows(PolicyOf(packet.Destination).Ingress, source, packet));
    }

    /// <summary>What the kernel is given for a container.</summary>
    public PolicyTables TablesOf(int container, Func<PolicyEntry, PolicyEntry>? change)
    {
        var policy = _policies[container];
        PolicyEntry[] entries =
        [
            .. policy.Ingress.Entries.Select(entry => Row(Datapath.TrafficDirection.Ingress, entry)),
            .. policy.Egress.Entries.Select(entry => Row(Datapath.TrafficDirection.Egress, entry)),
        ];
        return new PolicyTables(
            _containers[container].Number, Default(policy.Ingress), Default(policy.Egress), change is null ? entries : Array.ConvertAll(entries, entry => change(entry)));
    }

    private static bool Allows(DirectionPolicy direction, uint peer, Packet packet) =>
        VerdictTable.Evaluate(direction, peer, (byte)packet.Protocol, (ushort)packet.Port).Allowed;

    private static PolicyEntry Row(Datapath.TrafficDirection direction, VerdictEntry entry) => new(
        direction, entry.Peer, entry.Protocol, entry.Port, entry.PortPrefixLength, entry.Deny, entry.Precedence, ReservedRules.FirstPolicyRule);

    private static DirectionDefault Default(DirectionPolicy direction) =>
        new(direction.Enforced, direction.Enforced ? ReservedRules.DefaultDeny : ReservedRules.NotEnforced);

    private static DirectionPolicy Changed(DirectionPolicy direction, Func<VerdictEntry, VerdictEntry>? change) =>
        change is null ? direction : direction with { Entries = [.. direction.Entries.Select(change)] };

    private EndpointPolicy PolicyOf(Party container) => _policies[_world.IndexOf(container)];

    private uint NumberOf(Party party)
    {
        if (party.IsContainer)
            return _containers[_world.IndexOf(party)].Number;
        return party.Outside is { } address ? NumberOf(address) : Reserved(party.Entity!);
    }

    public static uint Reserved(string name) => ReservedIdentities.All.First(identity => identity.Labels[0].Key == name).Number;

    private uint NumberOf(IPAddress address) =>
        Prefixes.Where(identity => identity.Prefix!.Value.Contains(address)).MaxBy(identity => identity.Prefix!.Value.PrefixLength)?.Number
        ?? ReservedIdentities.World;

    private static Identity[] IdentitiesOf(IReadOnlyList<Party> containers)
    {
        var numbers = new Dictionary<LabelSet, uint>();
        return [.. containers.Select(container =>
        {
            var labels = LabelSet.Create(container.Labels.Select(label => new Label(label.Source, label.Key, label.Value)));
            if (!numbers.TryGetValue(labels, out uint number))
                numbers[labels] = number = FirstContainer + (uint)numbers.Count;
            return new Identity(number, labels)
            {
                NamedPorts = [.. container.Ports.Select(port => new NamedPort(port.Name, (byte)port.Protocol, (ushort)port.Port))],
            };
        })];
    }
}
