using Ciliate.Datapath;

namespace Ciliate.Agent.Flows;

/// <summary>Which flows someone wants to see; what is null is not asked.</summary>
/// <param name="From">A source: an endpoint's name, an address, a label <c>key=value</c>, or the name or number of an identity.</param>
/// <param name="To">A destination, likewise.</param>
/// <param name="Port">Of either side.</param>
/// <param name="Protocol">IANA protocol number.</param>
public sealed record FlowFilter(
    VerdictKind? Verdict = null, string? From = null, string? To = null, ushort? Port = null, byte? Protocol = null)
{
    public static FlowFilter Everything { get; } = new();

    public bool Matches(FlowRecord flow) =>
        (Verdict is null || flow.Event.Verdict == Verdict)
        && (Protocol is null || flow.Event.Protocol == Protocol)
        && (Port is null || flow.Event.SourcePort == Port || flow.Event.DestinationPort == Port)
        && (From is null || Matches(flow.Source, From))
        && (To is null || Matches(flow.Destination, To));

    private static bool Matches(FlowPeer peer, string wanted) =>
        peer.EndpointName == wanted
        || peer.Address?.ToString() == wanted
        || peer.Identity.ToString(System.Globalization.CultureInfo.InvariantCulture) == wanted
        || peer.Labels.Any(label => Matches(label.ToString(), wanted));

    /// <summary>The label's source, such as <c>reserved:</c> or <c>container:</c>, may be left out.</summary>
    private static bool Matches(string label, string wanted) =>
        label == wanted || (label.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon && label.AsSpan(colon + 1).SequenceEqual(wanted));
}
