using Ciliate.Agent.State;
using Ciliate.Datapath;
using Ciliate.Policy;

namespace Ciliate.Agent.Policies;

/// <summary>One number per rule for as long as its policy exists. A number that is no longer used keeps its text for a while, so that late
/// events and old flows still have a name. Written from the control loop only; texts are read by anyone.</summary>
public sealed class RuleCatalog(TimeProvider time)
{
    public static readonly TimeSpan Retention = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, uint> _byText = new(StringComparer.Ordinal);
    private readonly Table<uint, RuleRow> _rules = new();
    private readonly SortedSet<(DateTimeOffset Released, uint Id)> _resting = [];
    private uint _next = ReservedRules.FirstPolicyRule;
    private PolicySet _followed = PolicySet.Empty;

    /// <summary>Text of a number; null for <see cref="ReservedRules.None"/> and for numbers long gone. Thread-safe.</summary>
    public string? TextOf(uint id) => id switch
    {
        ReservedRules.NotEnforced => "not-enforced",
        ReservedRules.DefaultDeny => "default-deny",
        ReservedRules.HostAccess => "host-access",
        ReservedRules.DefaultAllow => "default-allow",
        _ => _rules.Find(id)?.Text,
    };

    /// <summary>The number of a rule of the policies that were last given to <see cref="Follow"/>.</summary>
    public uint IdOf(RuleReference rule)
    {
        if (!rule.IsReserved)
            return _byText[rule.ToString()];
        return rule == RuleReference.DefaultAllow ? ReservedRules.DefaultAllow : ReservedRules.HostAccess;
    }

    /// <summary>Gives numbers to rules that are new in these policies, and lets those rest that are not in them. What is as in those before takes no time.</summary>
    public void Follow(PolicySet policies)
    {
        DateTimeOffset now = time.GetUtcNow();
        IReadOnlyCollection<PolicyKey> keys = policies.KeysThatDiffer(_followed);
        HashSet<string> present = [.. TextsOf(policies, keys)];
        foreach (string text in TextsOf(_followed, keys).Where(text => !present.Contains(text)))
            Put(Row(text) with { Released = now });
        foreach (string text in present.Where(_byText.ContainsKey))
            Put(Row(text) with { Released = null });
        ForgetRested(now - Retention);
        foreach (string text in present.Where(text => !_byText.ContainsKey(text)).Order(StringComparer.Ordinal))
            Put(new RuleRow(Take(), text, null));
        _followed = policies;
    }

    /// <summary>All numbers that have a text, and the number that is tried first for the next new rule.</summary>
    public (uint Next, IReadOnlyList<StoredRule> Rules) Save() =>
        (_next, [.. _rules.Rows.Select(row => new StoredRule(row.Id, row.Text, row.Released))]);

    /// <summary>What was saved. Each rests until <see cref="Follow"/> finds its policy.</summary>
    /// <exception cref="FormatException">A number is out of range, or a number or text is there twice.</exception>
    public void Load(uint next, IEnumerable<StoredRule> rules)
    {
        _next = Math.Max(next, ReservedRules.FirstPolicyRule);
        foreach (StoredRule rule in rules)
        {
            if (rule.Id < ReservedRules.FirstPolicyRule || _rules.Find(rule.Id) is not null || _byText.ContainsKey(rule.Text))
                throw new FormatException($"rule {rule.Id} is out of range or there twice");
            Put(new RuleRow(rule.Id, rule.Text, rule.Released ?? time.GetUtcNow()));
        }
    }

    private static IEnumerable<string> TextsOf(PolicySet policies, IEnumerable<PolicyKey> keys) =>
        keys.Select(policies.Find).OfType<NetworkPolicy>().SelectMany(policy => policy.Rules()).Select(rule => rule.Reference.ToString());

    private RuleRow Row(string text) => _rules.Find(_byText[text])!;

    private uint Take()
    {
        while (_rules.Find(_next) is not null)
            Advance();
        uint id = _next;
        Advance();
        return id;
    }

    private void Advance() => _next = _next == uint.MaxValue ? ReservedRules.FirstPolicyRule : _next + 1;

    private void Put(RuleRow row)
    {
        if (_rules.Find(row.Id)?.Released is { } before)
            _resting.Remove((before, row.Id));
        if (row.Released is { } released)
            _resting.Add((released, row.Id));
        _byText[row.Text] = row.Id;
        _rules.Put(row.Id, row);
    }

    private void ForgetRested(DateTimeOffset limit)
    {
        while (_resting.Count > 0 && _resting.Min.Released <= limit)
        {
            uint id = _resting.Min.Id;
            _resting.Remove(_resting.Min);
            _byText.Remove(_rules.Find(id)!.Text);
            _rules.Remove(id);
        }
    }
}
