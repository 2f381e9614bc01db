using Ciliate.Bpf;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath.Tailoring;

/// <summary>One direction of a policy as code: the body of policy_as_code() in bpf/lib/policy.h. A search for the peer, then one for protocol and
/// port; peers that may do the same share the second.</summary>
internal sealed class PolicyCode
{
    /// <summary>Entries of a direction up to which it was measured that the code is not slower than the tables: docs/performance.md.</summary>
    public const int MostEntries = 256;

    /// <summary>Of code that is not worth its size.</summary>
    private const int MostInstructions = 4096;

    private readonly CodeWriter _writer = new();
    private readonly List<(ServiceRanges Ranges, CodeLabel Label)> _searches = [];

    private PolicyCode()
    {
    }

    /// <summary>Null when the policy is too large, or of a form that the code does not have.</summary>
    public static Instruction[]? Of(SmallPolicy policy, TrafficDirection direction)
    {
        PolicyEntry[] entries = [.. policy.Entries.Where(entry => entry.Direction == direction)];
        if (entries.Length > MostEntries || !entries.All(entry => ServiceRanges.CanHold(entry)))
            return null;
        var (enforced, rule) = policy.DefaultOf(direction);
        var code = new PolicyCode();
        code.Write(enforced ? [.. Ranked(entries)] : [], Encode(rule, allowed: !enforced));
        return code._writer.Length <= MostInstructions ? code._writer.Finish() : null;
    }

    /// <summary>As enum coded_verdict has it.</summary>
    public static ulong Encode(uint rule, bool allowed) =>
        (ulong)rule << (int)CodedVerdict.RuleShift | (allowed ? (byte)PolicyVerdict.Allow : (byte)PolicyVerdict.Deny);

    /// <summary>The best first: the higher precedence, then what denies, then the shape that the tables are asked for first.</summary>
    private static IEnumerable<PolicyEntry> Ranked(PolicyEntry[] entries) =>
        entries.OrderByDescending(entry => (ulong)entry.Precedence << 1 | (entry.Deny ? 1ul : 0)); // stable

    private void Write(PolicyEntry[] entries, ulong otherwise)
    {
        uint[] peers = [.. entries.Select(entry => entry.Peer).Where(peer => peer != 0).Distinct().Order()];
        var anyone = SearchFor(entries, 0, otherwise);
        // Peers with no say of their own need not be found.
        var own = peers.Select(peer => (Peer: peer, Label: SearchFor(entries, peer, otherwise))).Where(peer => peer.Label != anyone).ToArray();
        FindPeer(own, anyone);
        foreach (var (ranges, label) in _searches)
        {
            _writer.Place(label);
            FindService(ranges, 0, ranges.Starts.Count);
        }
    }

    private CodeLabel SearchFor(PolicyEntry[] entries, uint peer, ulong otherwise)
    {
        var ranges = ServiceRanges.Of([.. entries.Where(entry => entry.Peer == 0 || entry.Peer == peer)], otherwise);
        foreach (var (known, label) in _searches)
        {
            if (known.IsSameAs(ranges))
                return label;
        }
        var fresh = new CodeLabel();
        _searches.Add((ranges, fresh));
        return fresh;
    }

    private void FindPeer(ReadOnlySpan<(uint Peer, CodeLabel Label)> peers, CodeLabel anyone)
    {
        const int fewEnough = 2;
        if (peers.Length <= fewEnough)
        {
            foreach (var (peer, label) in peers)
                _writer.JumpIfEqual(1, peer, label);
            _writer.Jump(anyone);
            return;
        }
        int middle = peers.Length / 2;
        var upper = new CodeLabel();
        _writer.JumpIfNotLess(1, peers[middle].Peer, upper);
        FindPeer(peers[..middle], anyone);
        _writer.Place(upper);
        FindPeer(peers[middle..], anyone);
    }

    private void FindService(ServiceRanges ranges, int from, int to)
    {
        if (to - from == 1)
        {
            _writer.Return(ranges.Verdicts[from]);
            return;
        }
        int middle = (from + to) / 2;
        var upper = new CodeLabel();
        _writer.JumpIfNotLess(2, (uint)ranges.Starts[middle], upper);
        FindService(ranges, from, middle);
        _writer.Place(upper);
        FindService(ranges, middle, to);
    }
}
