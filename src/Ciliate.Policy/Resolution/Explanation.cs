namespace Ciliate.Policy;

/// <summary>A verdict with its reasons.</summary>
/// <param name="Rules">Every rule that applies to the endpoint in this direction, by what came of it, the nearest to the verdict first; of equal ones those
/// that deny, then those that allow, then reserved ones, of which there are only those that match.</param>
public sealed record Explanation(Verdict Verdict, IReadOnlyList<ConsideredRule> Rules);

/// <summary>What came of one rule.</summary>
public sealed record ConsideredRule(RuleReference Reference, RuleOutcome Outcome);

/// <summary>The nearer to the verdict, the lower.</summary>
public enum RuleOutcome : byte
{
    /// <summary>It gives the verdict.</summary>
    Decided = 0,

    /// <summary>It matches, and would give the same verdict.</summary>
    Agrees = 1,

    /// <summary>It allows the packet, and a rule that denies it goes before.</summary>
    Overruled = 2,

    /// <summary>It speaks of the peer, but protocol or port are none of its own.</summary>
    OtherPort = 3,

    /// <summary>The peer is none of its peers.</summary>
    OtherPeer = 4,

    /// <summary>It names neither peers nor ports.</summary>
    Empty = 5,
}

internal static class RuleConsideration
{
    public static ConsideredRule Consider(
        this CandidateRule candidate, Verdict verdict, Identity peer, PortPatterns ports, byte protocol, ushort port) =>
        new(candidate.Reference, Outcome(candidate, verdict, peer, ports, protocol, port));

    private static RuleOutcome Outcome(
        CandidateRule candidate, Verdict verdict, Identity peer, PortPatterns ports, byte protocol, ushort port)
    {
        var rule = candidate.Rule;
        if (rule.Peers is null && rule.Ports is null)
            return RuleOutcome.Empty;
        if (rule.Peers is not null && !rule.Peers.Any(selector => selector.Matches(peer)))
            return RuleOutcome.OtherPeer;
        if (rule.Ports is not null && !rule.Ports.SelectMany(ports.Of).Any(pattern => pattern.Matches(protocol, port)))
            return RuleOutcome.OtherPort;
        return OutcomeOfMatch(candidate.Reference, verdict);
    }

    /// <summary>What came of a rule that matches the packet.</summary>
    public static RuleOutcome OutcomeOfMatch(RuleReference rule, Verdict verdict)
    {
        if (rule == verdict.Entry?.Rule)
            return RuleOutcome.Decided;
        return rule.Deny == verdict.Allowed ? RuleOutcome.Overruled : RuleOutcome.Agrees;
    }
}
