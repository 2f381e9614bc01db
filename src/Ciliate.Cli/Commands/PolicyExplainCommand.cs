using System.CommandLine;
using System.Globalization;
using Ciliate.Api;

namespace Ciliate.Cli.Commands;

internal static class PolicyExplainCommand
{
    private const string ExampleLine = "ciliate policy explain --from app=web --to db --port 5432/tcp";
    /// <summary>Of each side's other rules: those after them, ever farther from the verdict, seldom tell anything.</summary>
    private const int ShownRules = 20;

    private const string PeerHelp = "endpoint, label KEY=VALUE, IP address, identity:N, host or world";

    private static readonly Option<string?> From = new("--from") { Description = $"Who sends: {PeerHelp}", HelpName = "PEER" };

    private static readonly Option<string?> To = new("--to") { Description = $"Who gets it: {PeerHelp}", HelpName = "PEER" };

    private static readonly Option<string?> Port = new Option<string?>("--port")
    {
        Description = "Destination port, with its protocol: 5432/tcp, 53/udp, 36412/sctp (default: tcp)",
        HelpName = "N[/PROTOCOL]",
    }.AcceptingPort();

    private static readonly Option<string?> Icmp = new("--icmp") { Description = "Instead of --port: an ICMP type, by name or number", HelpName = "TYPE" };

    private static readonly Option<string?> IcmpV6 = new("--icmpv6") { Description = "Instead of --port: an ICMPv6 type, by name or number", HelpName = "TYPE" };

    private static readonly Option<int?> Protocol = new Option<int?>("--protocol")
    {
        Description = "Instead of --port: the number of a protocol without ports",
        HelpName = "N",
    }.WithRange(0, byte.MaxValue);

    private static readonly Option<int?> Flow = new Option<int?>("--flow")
    {
        Description = "Instead of all others: the number of a flow that observe shows",
        HelpName = "N",
    }.WithRange(1, int.MaxValue);

    public static Command Build(Terminal terminal)
    {
        var command = new CliCommand("explain", "Tell which verdict a packet gets, by which rule, and what became of the other rules", ExampleLine)
        {
            From, To, Port, Icmp, IcmpV6, Protocol, Flow,
        };
        command.Validators.Add(static result =>
        {
            int packets = new Option[] { Port, Icmp, IcmpV6, Protocol }.Count(option => result.GetResult(option) is not null);
            int sides = new Option[] { From, To }.Count(option => result.GetResult(option) is not null);
            if ((result.GetResult(Flow) is null ? (2, 1) : (0, 0)) != (sides, packets))
                result.AddError("give --from, --to and one of --port, --icmp, --icmpv6 and --protocol, or --flow alone");
        });
        command.Does(terminal, static async (parsed, client, output, cancellationToken) =>
        {
            ExplainResource answer = await client.ExplainAsync(Query(parsed), cancellationToken).ConfigureAwait(false);
            output.Write(answer, ApiJson.Default.ExplainResource, Rows);
        });
        return command;
    }

    private static ExplainQuery Query(ParseResult parsed)
    {
        var query = new ExplainQuery(parsed.GetValue(From), parsed.GetValue(To), Flow: (ulong?)parsed.GetValue(Flow));
        if (parsed.GetValue(Port) is { } text && OptionValues.TryParsePort(text, out ushort port, out string protocol))
            return query with { Port = port, Protocol = protocol };
        if (parsed.GetValue(Icmp) is { } icmp)
            return query with { Protocol = "icmp", IcmpType = icmp };
        if (parsed.GetValue(IcmpV6) is { } icmpV6)
            return query with { Protocol = "icmpv6", IcmpType = icmpV6 };
        return query with { Protocol = parsed.GetValue(Protocol)?.ToString(CultureInfo.InvariantCulture) };
    }

    /// <summary>Of a flow what it was told, then the verdict, then each direction's, then the rules that were looked at for it.</summary>
    private static TableView Rows(ExplainResource answer) => new(
        ["DIRECTION", "ENDPOINT", "RESULT", "RULE", "FILE"],
        [
            .. Recorded(answer),
            ["both", $"{Sender(answer)} -> {Name(answer.To)} {answer.Packet}", Verdict(answer.Verdict), Beside(answer) ?? "-", "-"],
            .. Rows("egress", answer.Egress),
            .. Rows("ingress", answer.Ingress),
        ]);

    /// <summary>With the rule, unless that had no part in it.</summary>
    private static IEnumerable<Cell[]> Recorded(ExplainResource answer)
    {
        if (answer.Recorded is { } recorded)
            yield return ["recorded", "-", Verdict(recorded.Verdict), (answer.DropReason is null ? recorded.Rule : null) ?? recorded.DropReason ?? "-", "-"];
    }

    /// <summary>What the datapath does whatever the policies say; null when that is nothing.</summary>
    private static string? Beside(ExplainResource answer) => answer switch
    {
        { DropReason: { } reason, DropMeaning: { } meaning } => $"not by policy: {reason} ({meaning})",
        { DropReason: { } reason } => $"not by policy: {reason}",
        { AnsweredBy: { } by } => $"answered by the {by} before any policy",
        _ => null,
    };

    private static IEnumerable<Cell[]> Rows(string name, ExplainDirection? direction)
    {
        if (direction is null)
            yield break;
        yield return [name, direction.Endpoint, Verdict(direction.Verdict), direction.Rule, direction.File ?? "-"];
        ExplainCandidate[] others = [.. direction.Candidates.Where(candidate => candidate.Outcome != "decided")];
        foreach (ExplainCandidate candidate in others.Take(ShownRules))
            yield return [name, direction.Endpoint, new(candidate.Outcome, CellStyle.Muted), candidate.Rule, candidate.File ?? "-"];
        if (others.Length > ShownRules)
            yield return [name, direction.Endpoint, new(string.Create(CultureInfo.InvariantCulture, $"… and {others.Length - ShownRules} more"), CellStyle.Muted), "-", "-"];
    }

    private static Cell Verdict(string verdict) => new(verdict, verdict == ExplainVerdict.Allowed ? CellStyle.Good : CellStyle.Bad);

    /// <summary>Of a packet that was dropped also the address: it may be a lie.</summary>
    private static string Sender(ExplainResource answer) => answer is { DropReason: not null, From: { Name: { } name, Address: { } address } }
        ? $"{name} [{address}]"
        : Name(answer.From);

    private static string Name(ExplainSide side) => side.Name ?? side.Address ?? string.Join(',', side.Labels);
}
