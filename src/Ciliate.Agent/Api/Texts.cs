using Ciliate.Datapath;

namespace Ciliate.Agent.Api;

/// <summary>Words of the API for the datapath's enumerations.</summary>
internal static class Texts
{
    public static string Of(TrafficDirection direction) => direction == TrafficDirection.Ingress ? "ingress" : "egress";

    public static string Of(HookKind hooks) => hooks == HookKind.Tcx ? "tcx" : "clsact";
}
