using System.CommandLine;
using Ciliate.Api;
using Ciliate.Cli.Programs;

namespace Ciliate.Cli.Commands;

internal static class EndpointProgramCommand
{
    private const string Shared = "generic";

    private static readonly Option<bool> Disassemble = new("--disasm") { Description = "The instructions that the kernel was given, too" };

    private static readonly Option<bool> Source = new("--source") { Description = "With --disasm or --diff: the source lines that they come from, too" };

    private static readonly Option<string?> Other = new("--diff")
    {
        Description = $"Instead: where its instructions differ from those of another endpoint, or, by the word {Shared}, of the programs that all share",
        HelpName = "OTHER",
    };

    public static Command Build(Terminal terminal)
    {
        Argument<string> endpoint = EndpointCommands.Reference();
        var command = new CliCommand(
            "program", "Show the programs that guard an endpoint: what was made constant, and cut out", "ciliate endpoint program web --diff generic --source")
        {
            endpoint, Disassemble, Source, Other,
        };
        command.Validators.Add(static result =>
        {
            bool disassembles = result.GetResult(Disassemble) is not null, compares = result.GetResult(Other) is not null;
            if (disassembles && compares)
                result.AddError("give --disasm or --diff, one of the two");
            if (result.GetResult(Source) is not null && !disassembles && !compares)
                result.AddError("--source goes with --disasm or --diff");
        });
        command.Does(terminal, async (parsed, client, output, cancellationToken) =>
        {
            string reference = parsed.GetRequiredValue(endpoint);
            bool withSource = parsed.GetValue(Source);
            if (parsed.GetValue(Other) is { } other)
                await CompareAsync(client, reference, other, withSource, output, cancellationToken).ConfigureAwait(false);
            else
                await ShowAsync(client, reference, parsed.GetValue(Disassemble), withSource, output, cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task ShowAsync(
        AgentClient client, string reference, bool withCode, bool withSource, Output output, CancellationToken cancellationToken)
    {
        EndpointProgramResource found = await client.GetEndpointProgramAsync(reference, withCode, cancellationToken).ConfigureAwait(false);
        output.Write(found, ApiJson.Default.EndpointProgramResource, ProgramView.Of);
        if (output.Format == OutputFormat.Table && withCode)
            CodeWriter.Write(found, withSource, output.Terminal);
    }

    private static async Task CompareAsync(
        AgentClient client, string reference, string other, bool withSource, Output output, CancellationToken cancellationToken)
    {
        EndpointProgramResource left = await client.GetEndpointProgramAsync(reference, true, cancellationToken).ConfigureAwait(false);
        EndpointProgramResource right = other == Shared
            ? await client.GetSharedProgramAsync(true, cancellationToken).ConfigureAwait(false)
            : await client.GetEndpointProgramAsync(other, true, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<ProgramDifference> differences = ProgramComparison.Of(left, right);
        if (output.Format == OutputFormat.Table)
            DifferenceWriter.Write(differences, reference, other, withSource, output.Terminal);
        else
            output.WriteData(differences, DifferenceJson.Default.IReadOnlyListProgramDifference);
    }
}
