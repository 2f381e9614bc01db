namespace Ciliate.Policy;

/// <summary>As seen from the endpoint that a policy selects.</summary>
public enum TrafficDirection : byte
{
    Ingress = 0,
    Egress = 1,
}
