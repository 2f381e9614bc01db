using System.CommandLine;
using System.Runtime.InteropServices;
using Ciliate.Api;

namespace Ciliate.Cli.Commands;

internal static class ObserveCommand
{
    private const string PeerHelp = "endpoint name, label KEY=VALUE, IP address or identity number";

    private static readonly Option<string?> Verdict = new Option<string?>("--verdict")
    {
        Description = "Only these: forwarded or dropped",
        HelpName = "VERDICT",
    }.AcceptingOnly("forwarded", "dropped");

    private static readonly Option<string?> From = new("--from") { Description = $"Only from here: {PeerHelp}", HelpName = "PEER" };

    private static readonly Option<string?> To = new("--to") { Description = $"Only to here: {PeerHelp}", HelpName = "PEER" };

    private static readonly Option<int?> Port = new Option<int?>("--port") { Description = "Only with this port on either side", HelpName = "N" }.WithRange(1, ushort.MaxValue);

    private static readonly Option<string?> Protocol = new Option<string?>("--protocol")
    {
        Description = "Only of this protocol: tcp, udp, icmp, icmpv6 or sctp",
        HelpName = "NAME",
    }.AcceptingOnly("tcp", "udp", "icmp", "icmpv6", "sctp");

    private static readonly Option<int?> Last = new Option<int?>("--last")
    {
        Description = $"How many past verdicts to show (default: {FlowQuery.DefaultLast})",
        HelpName = "N",
    }.WithRange(0, 1_000_000);

    private static readonly Option<bool> Follow = new("--follow") { Description = "Go on with new verdicts as they come, until interrupted" };

    public static Command Build(Terminal terminal)
    {
        var command = new CliCommand("observe", "Show what the kernel forwarded and dropped, and why", "ciliate observe --verdict dropped --to db --port 5432 --follow")
        {
            Verdict, From, To, Port, Protocol, Last, Follow,
        };
        command.Does(terminal, static async (parsed, client, output, cancellationToken) =>
        {
            FlowQuery query = Query(parsed);
            if (query.Follow)
                await FollowAsync(client, query, output, cancellationToken).ConfigureAwait(false);
            else
                await ShowAsync(client, query, output, cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static FlowQuery Query(ParseResult parsed) => new(
        parsed.GetValue(Last) ?? FlowQuery.DefaultLast,
        parsed.GetValue(Follow),
        parsed.GetValue(Verdict),
        parsed.GetValue(From),
        parsed.GetValue(To),
        (ushort?)parsed.GetValue(Port),
        parsed.GetValue(Protocol));

    /// <summary>An interrupt is how one ends it, so it is no failure; an agent that ends it is.</summary>
    private static async Task FollowAsync(AgentClient client, FlowQuery query, Output output, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }

        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            await ShowAsync(client, query, output, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }

        throw new CommandException("the agent ended the stream of verdicts: it was stopped");
    }

    private static async Task ShowAsync(AgentClient client, FlowQuery query, Output output, CancellationToken cancellationToken)
    {
        var writer = new FlowWriter(output);
        await foreach (FlowLine line in client.ObserveAsync(query, cancellationToken).ConfigureAwait(false))
        {
            writer.Write(line);
            if (query.Follow)
                await output.Terminal.Out.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
