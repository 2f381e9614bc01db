using System.CommandLine;
using System.Globalization;
using Ciliate.Api;

namespace Ciliate.Cli.Commands;

internal static class PolicyCommands
{
    private static readonly Option<bool> DryRun = new("--dry-run")
    {
        Description = "Change nothing, but tell which endpoints would change, and which of the flows seen last would get another verdict",
    };

    public static Command Build(Terminal terminal) =>
        new CliCommand("policy", "Say who may talk to whom", "ciliate policy apply -f policies/")
        {
            Apply(terminal),
            List(terminal),
            Get(terminal),
            Delete(terminal),
            PolicyExplainCommand.Build(terminal),
        };

    private static CliCommand Apply(Terminal terminal)
    {
        var files = new Option<string[]>("--file", "-f")
        {
            Description = "YAML file, directory of YAML files, or - for the standard input; repeat it for several",
            HelpName = "FILE|DIR|-",
            Required = true,
        };
        var command = new CliCommand("apply", "Apply policies, all or none; returns when the kernel enforces them", "ciliate policy apply -f policies/") { files, DryRun };
        command.Does(terminal, async (parsed, client, output, cancellationToken) =>
        {
            IReadOnlyList<PolicyFile> sources = PolicySources.Read(parsed.GetRequiredValue(files), output.Terminal);
            if (parsed.GetValue(DryRun))
                PolicyTrialView.Write(await client.TryPoliciesAsync(sources, cancellationToken).ConfigureAwait(false), output);
            else
                WriteChange(await client.PutPoliciesAsync(sources, cancellationToken).ConfigureAwait(false), output);
        });
        return command;
    }

    private static CliCommand List(Terminal terminal)
    {
        var command = new CliCommand("list", "List the policies", "ciliate policy list");
        command.Does(terminal, static async (_, client, output, cancellationToken) =>
        {
            PolicyList policies = await client.GetPoliciesAsync(cancellationToken).ConfigureAwait(false);
            output.Write(policies, ApiJson.Default.PolicyList, Rows);
        });
        return command;
    }

    private static CliCommand Get(Terminal terminal)
    {
        Argument<string> name = PolicyName();
        var command = new CliCommand("get", "Print a policy as it was applied; -o json or yaml tells more about it", "ciliate policy get web > web.yaml") { name };
        command.Does(terminal, async (parsed, client, output, cancellationToken) =>
        {
            PolicyResource policy = await client.GetPolicyAsync(parsed.GetRequiredValue(name), cancellationToken).ConfigureAwait(false);
            if (output.Format == OutputFormat.Table)
                output.Terminal.Out.WriteLine(policy.Yaml?.TrimEnd('\n'));
            else
                output.WriteData(policy, ApiJson.Default.PolicyResource);
        });
        return command;
    }

    private static CliCommand Delete(Terminal terminal)
    {
        Argument<string> name = PolicyName();
        var command = new CliCommand("delete", "Delete a policy; returns when the kernel no longer enforces it", "ciliate policy delete web") { name, DryRun };
        command.Does(terminal, async (parsed, client, output, cancellationToken) =>
        {
            string policy = parsed.GetRequiredValue(name);
            if (parsed.GetValue(DryRun))
                PolicyTrialView.Write(await client.TryDeletePolicyAsync(policy, cancellationToken).ConfigureAwait(false), output);
            else
                WriteChange(await client.DeletePolicyAsync(policy, cancellationToken).ConfigureAwait(false), output);
        });
        return command;
    }

    private static Argument<string> PolicyName() => new Argument<string>("POLICY") { Description = "NAMESPACE/NAME, or NAME in the namespace \"default\"; ccnp:NAME and knp:NAME for the other kinds" }
        .Refusing(string.IsNullOrWhiteSpace, "is not a name");

    private static TableView Rows(PolicyList list) => TableView.Of(
        ["NAME", "REVISION", "INGRESS", "EGRESS", "ENDPOINTS", "FILE"],
        list.Policies,
        static policy =>
        [
            policy.Name,
            policy.Revision.ToString(CultureInfo.InvariantCulture),
            policy.IngressRules.ToString(CultureInfo.InvariantCulture),
            policy.EgressRules.ToString(CultureInfo.InvariantCulture),
            policy.Endpoints.Count > 0 ? string.Join(',', policy.Endpoints) : "-",
            policy.File,
        ]);

    private static void WriteChange(PolicyChange change, Output output)
    {
        output.Write(change, ApiJson.Default.PolicyChange, static change => new TableView(
            ["POLICY", "CHANGE"],
            [
                .. change.Created.Select(static name => new Cell[] { name, "created" }),
                .. change.Changed.Select(static name => new Cell[] { name, "changed" }),
                .. change.Unchanged.Select(static name => new Cell[] { name, new("unchanged", CellStyle.Muted) }),
                .. change.Deleted.Select(static name => new Cell[] { name, "deleted" }),
            ]));
        output.Message(change.Regenerated.Count > 0
            ? $"revision {change.Revision} is live on {string.Join(", ", change.Regenerated)}"
            : $"revision {change.Revision}: no endpoint had to change");
    }
}
