namespace Ciliate.Policy;

/// <summary>Reads one <c>spec</c> of a CiliumNetworkPolicy or CiliumClusterwideNetworkPolicy.</summary>
internal sealed class SpecReader(string? policyNamespace)
{
    private static readonly string[] Known =
        ["description", "endpointSelector", "ingress", "ingressDeny", "egress", "egressDeny", "enableDefaultDeny"];

    private static readonly string[] Unsupported = ["nodeSelector", "labels", "log"];

    private readonly SelectorReader _selectors = new(policyNamespace, isKubernetes: false);

    public PolicySpec Read(YamlField field, int index)
    {
        var fields = field.Fields(Known, Unsupported);
        var rules = new RuleReader(_selectors);
        var switches = fields.TryGetValue("enableDefaultDeny", out var switchField) ? ReadSwitches(switchField) : default;
        return new PolicySpec(
            index,
            fields.TryGetValue("description", out var description) ? description.Text() : null,
            _selectors.ReadSubject(field.Required(fields, "endpointSelector")),
            ReadDirection(fields, rules, TrafficDirection.Ingress, switches.Ingress),
            ReadDirection(fields, rules, TrafficDirection.Egress, switches.Egress));
    }

    private static DirectionRules ReadDirection(
        Dictionary<string, YamlField> fields, RuleReader rules, TrafficDirection direction, bool? defaultDeny)
    {
        string name = direction == TrafficDirection.Ingress ? "ingress" : "egress";
        var allow = fields.TryGetValue(name, out var allowField) ? rules.Read(allowField, direction) : [];
        var deny = fields.TryGetValue(name + "Deny", out var denyField) ? rules.Read(denyField, direction) : [];
        return new DirectionRules(defaultDeny ?? allow.Count + deny.Count > 0, allow, deny);
    }

    private static (bool? Ingress, bool? Egress) ReadSwitches(YamlField field)
    {
        var fields = field.Fields(["ingress", "egress"], []);
        return (Switch("ingress"), Switch("egress"));

        bool? Switch(string name) => !fields.TryGetValue(name, out var value) ? null : value.Text() switch
        {
            "true" => true,
            "false" => false,
            var other => throw value.Fail($"{Quoting.Quote(other)} is neither true nor false"),
        };
    }
}
