namespace Ciliate.Api;

/// <summary>The verdict that a packet gets by the policies as they are now, and why; of a flow that was dropped for another reason, that reason.</summary>
/// <param name="Packet">What was asked, such as <c>TCP 5432</c>.</param>
/// <param name="Verdict">One of <see cref="ExplainVerdict"/>; allowed when each of the directions allows it and nothing else
/// stands against it.</param>
/// <param name="Egress">Left out when the sender is no endpoint here, or no policy is asked about such a packet.</param>
/// <param name="Ingress">Left out when the receiver is no endpoint here, likewise.</param>
/// <param name="Recorded">What the flow was told when it was seen; for a flow only.</param>
/// <param name="DropReason">Why no such packet passes, or of a flow why it did not, whatever the policies say; left out when they decide.</param>
/// <param name="AnsweredBy">Who answers such a packet without asking a policy: <see cref="ExplainVerdict.Gateway"/>; else left out.</param>
/// <param name="DropMeaning">What the drop reason means.</param>
public sealed record ExplainResource(
    ExplainSide From, ExplainSide To, string Packet, string Verdict,
    ExplainDirection? Egress = null, ExplainDirection? Ingress = null, ExplainRecorded? Recorded = null, string? DropReason = null,
    string? AnsweredBy = null, string? DropMeaning = null);

/// <param name="Identity">What policies know it by; 0: it is not known who it was.</param>
/// <param name="Labels">Of the identity.</param>
/// <param name="Name">Of the endpoint; left out when it is none.</param>
/// <param name="Address">Left out when none was asked for.</param>
public sealed record ExplainSide(uint Identity, IReadOnlyList<string> Labels, string? Name = null, string? Address = null);

/// <param name="Endpoint">Name of the endpoint whose policy it is.</param>
/// <param name="Verdict">One of <see cref="ExplainVerdict"/>.</param>
/// <param name="Rule">The rule that gives the verdict, or <c>default-deny</c>, <c>not-enforced</c>, <c>default-allow</c>, <c>host-access</c>.</param>
/// <param name="Candidates">Every rule that applies to the endpoint in this direction, the nearest to the verdict first.</param>
/// <param name="File">Where the rule came from, as the one who applied it called it; left out for a rule that nobody wrote.</param>
public sealed record ExplainDirection(
    string Endpoint, string Verdict, string Rule, IReadOnlyList<ExplainCandidate> Candidates, string? File = null);

/// <param name="Outcome">What came of it: <c>decided</c>, or why it did not.</param>
public sealed record ExplainCandidate(string Rule, string Outcome, string? File = null);

public sealed record ExplainRecorded(string Verdict, string? Rule = null, string? DropReason = null);

public static class ExplainVerdict
{
    public const string Allowed = "allowed";
    public const string Denied = "denied";
    public const string Gateway = "gateway";

    public static string Of(bool allowed) => allowed ? Allowed : Denied;
}
