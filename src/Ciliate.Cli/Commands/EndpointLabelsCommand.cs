using System.CommandLine;
using Ciliate.Api;

namespace Ciliate.Cli.Commands;

internal static class EndpointLabelsCommand
{
    private static readonly Option<string[]> Added = new("--add", "-a")
    {
        Description = "A label that it shall have; repeat it for several",
        HelpName = "KEY=VALUE",
    };

    private static readonly Option<string[]> Deleted = new("--delete", "-d")
    {
        Description = "A label that it shall not have any more, whole or its key alone; repeat it for several",
        HelpName = "KEY[=VALUE]",
    };

    public static Command Build(Terminal terminal)
    {
        Argument<string> endpoint = EndpointCommands.Reference();
        var command = new CliCommand(
            "labels", "Change the labels of an endpoint, by which policies know it", "ciliate endpoint labels web --add tier=front --delete app=old")
        {
            endpoint, Added, Deleted,
        };
        command.Validators.Add(static result =>
        {
            if (result.GetResult(Added) is null && result.GetResult(Deleted) is null)
                result.AddError("say which labels: --add KEY=VALUE, --delete KEY, or both");
        });
        command.Does(terminal, async (parsed, client, output, cancellationToken) =>
        {
            string reference = parsed.GetRequiredValue(endpoint);
            EndpointResource before = await client.GetEndpointAsync(reference, cancellationToken).ConfigureAwait(false);
            string[] labels = Change(before, parsed.GetValue(Added) ?? [], parsed.GetValue(Deleted) ?? []);
            EndpointResource changed = await client
                .PatchLabelsAsync(reference, new LabelConfigurationSpec(labels), cancellationToken).ConfigureAwait(false);
            output.Write(changed, ApiJson.Default.EndpointResource, static endpoint => EndpointCommands.Rows([endpoint]));
        });
        return command;
    }

    /// <exception cref="CommandException">One to delete is not there.</exception>
    private static string[] Change(EndpointResource endpoint, string[] added, string[] deleted)
    {
        List<string> labels = [.. endpoint.Status.Identity.Labels];
        foreach (string unwanted in deleted)
        {
            if (labels.RemoveAll(label => IsCalled(label, unwanted)) == 0)
                throw new CommandException($"endpoint '{endpoint.Status.ExternalIdentifiers.ContainerName}' has no label '{unwanted}'; ciliate endpoint get shows those it has");
        }

        return [.. labels, .. added];
    }

    /// <summary>The source may be left out, and the value.</summary>
    private static bool IsCalled(string label, string text)
    {
        string bare = label[(label.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return new[] { label, bare }.Any(form => form == text || form.Split('=', 2)[0] == text);
    }
}
