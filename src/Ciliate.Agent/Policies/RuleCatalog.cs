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
    private uint _next = ReservedRules.FirstPolicyRule;

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

    /// <summary>Gives numbers to rules that are new in these policies, and lets those rest that are not in them.</summary>
    public void Follow(PolicySet policies)
    {
        DateTimeOffset now = time.GetUtcNow();
        HashSet<string> present = [.. policies.SelectMany(References)];
        foreach (RuleRow row in _rules.Rows)
        {
            if (present.Contains(row.Text))
                _rules.Put(row.Id, row with { Released = null });
            else if (row.Released <= now - Retention)
                Forget(row);
            else
                _rules.Put(row.Id, row with { Released = row.Released ?? now });
        }

        foreach (string text in present.Where(text => !_byText.ContainsKey(text)).Order(StringComparer.Ordinal))
            Put(new RuleRow(Take(), text, null));
    }

    /// <summary>All numbers that have a text, and the number that is tried first for the next new rule.</summary>
    public (uint Next, IReadOnlyList<StoredRule> Rules) Save() =>
        (_next, [.. _rules.Rows.Select(row => new StoredRule(row.Id, row.Text, row.Released))]);

    /// <exception cref="FormatException">A number is out of range, or a number or text is there twice.</exception>
    public void Load(uint next, IEnumerable<StoredRule> rules)
    {
        _next = Math.Max(next, ReservedRules.FirstPolicyRule);
        foreach (StoredRule rule in rules)
        {
            if (rule.Id < ReservedRules.FirstPolicyRule || _rules.Find(rule.Id) is not null || _byText.ContainsKey(rule.Text))
                throw new FormatException($"rule {rule.Id} is out of range or there twice");
            Put(new RuleRow(rule.Id, rule.Text, rule.Released));
        }
    }

    private static IEnumerable<string> References(NetworkPolicy policy) => policy.Rules().Select(rule => rule.Reference.ToString());

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
        _byText[row.Text] = row.Id;
        _rules.Put(row.Id, row);
    }

    private void Forget(RuleRow row)
    {
        _byText.Remove(row.Text);
        _rules.Remove(row.Id);
    }
}
