using Ciliate.Bpf;

namespace Ciliate.Datapath.Tailoring;

/// <summary>What a container's programs can do, and which constants decide about it.</summary>
internal static class ProgramFeatures
{
    public const string EndpointLookup = "endpoint-lookup";

    private static readonly (string Name, Func<ObjectSpec, bool> IsIn)[] s_all =
    [
        ("ipv4", HasIPv4),
        ("ipv6", HasIPv6),
        ("masquerade-ipv4", spec => HasIPv4(spec) && Is(spec, "masquerade_ipv4")),
        ("masquerade-ipv6", spec => HasIPv6(spec) && Is(spec, "masquerade_ipv6")),
        ("masquerade-all-protocols", spec =>
            Is(spec, "masquerade_all_protocols") && ((HasIPv4(spec) && Is(spec, "masquerade_ipv4")) || (HasIPv6(spec) && Is(spec, "masquerade_ipv6")))),
        ("policy-as-code", spec => spec.GetConstant<uint>("own_policy_generation") != 0),
        ("user-program", spec => Is(spec, "user_egress") || Is(spec, "user_ingress")),
        (EndpointLookup, spec => spec.GetConstant<uint>("own_endpoint") == 0),
    ];

    /// <summary>Those that are in, and those that are out.</summary>
    /// <param name="spec">A clone of the caller's, with all constants set.</param>
    public static (IReadOnlyList<string> In, IReadOnlyList<string> Out) Of(ObjectSpec spec)
    {
        var parts = s_all.ToLookup(feature => feature.IsIn(spec), feature => feature.Name);
        return ([.. parts[true]], [.. parts[false]]);
    }

    private static bool HasIPv4(ObjectSpec spec) => spec.GetConstant<ushort>("own_ethertype") is 0 or OwnConstants.IPv4;

    private static bool HasIPv6(ObjectSpec spec) => spec.GetConstant<ushort>("own_ethertype") is 0 or OwnConstants.IPv6;

    private static bool Is(ObjectSpec spec, string constant) => spec.GetConstant<byte>(constant) != 0;
}
