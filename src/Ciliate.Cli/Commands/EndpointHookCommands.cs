using System.CommandLine;
using System.Globalization;
using Ciliate.Api;

namespace Ciliate.Cli.Commands;

/// <summary>Programs of the user's at endpoints.</summary>
internal static class EndpointHookCommands
{
    private const string Arguments = "web --object budget.o --at ingress";

    private static readonly Option<string> ObjectFile = new("--object")
    {
        Description = "The program, compiled by clang -O2 -g -target bpf -c",
        HelpName = "FILE",
        Required = true,
    };

    private static readonly Option<string?> At = new Option<string?>("--at")
    {
        Description = "Which packets it judges: egress, those that the container sends, or ingress, those that it receives",
        HelpName = "WAY",
        Required = true,
    }.AcceptingOnly(HookPlaces.Egress, HookPlaces.Ingress);

    private static readonly Option<string?> Program = new("--program")
    {
        Description = "The C function, where the object has several programs",
        HelpName = "NAME",
    };

    public static Command Build(Terminal terminal) =>
        new CliCommand("hook", "Have a program of your own judge a container's packets", "ciliate endpoint hook list web")
        {
            Put(terminal, "add", "Add a program that judges a container's packets", replace: false),
            Put(terminal, "replace", "Put a program in the place of the one that is there; maps of the same name and shape go on", replace: true),
            List(terminal),
            Remove(terminal),
        };

    private static CliCommand Put(Terminal terminal, string name, string description, bool replace)
    {
        Argument<string> endpoint = EndpointCommands.Reference();
        var command = new CliCommand(name, description, $"ciliate endpoint hook {name} {Arguments}") { endpoint, ObjectFile, At, Program };
        command.Does(terminal, async (parsed, client, output, cancellationToken) =>
        {
            string file = parsed.GetRequiredValue(ObjectFile);
            var request = new EndpointHookRequest(file, ReadObject(output.Terminal.FullPath(file), file), parsed.GetValue(Program), replace);
            EndpointHookResource made = await client
                .PutHookAsync(parsed.GetRequiredValue(endpoint), WayOf(parsed), request, cancellationToken).ConfigureAwait(false);
            output.Write(made, ApiJson.Default.EndpointHookResource, static hook => Rows([hook]));
        });
        return command;
    }

    private static CliCommand List(Terminal terminal)
    {
        Argument<string?> endpoint = new("ENDPOINT") { Description = "Name, number, or name:NAME; without it: all", Arity = ArgumentArity.ZeroOrOne };
        var command = new CliCommand("list", "List the programs and their maps", "ciliate endpoint hook list -o json | jq -r '.[].maps[].pin'") { endpoint };
        command.Does(terminal, async (parsed, client, output, cancellationToken) =>
        {
            IReadOnlyList<EndpointHookResource> hooks = await client.GetHooksAsync(parsed.GetValue(endpoint), cancellationToken).ConfigureAwait(false);
            output.Write(hooks, ApiJson.Default.IReadOnlyListEndpointHookResource, Rows);
        });
        return command;
    }

    private static CliCommand Remove(Terminal terminal)
    {
        Argument<string> endpoint = EndpointCommands.Reference();
        var command = new CliCommand("remove", "Take a program away, and its maps", "ciliate endpoint hook remove web --at ingress") { endpoint, At };
        command.Does(terminal, async (parsed, client, output, cancellationToken) =>
        {
            string reference = parsed.GetRequiredValue(endpoint), way = WayOf(parsed);
            await client.DeleteHookAsync(reference, way, cancellationToken).ConfigureAwait(false);
            output.Message($"program at {way} of endpoint {reference} removed");
        });
        return command;
    }

    private static string WayOf(ParseResult parsed) => parsed.GetRequiredValue(At)!.ToLowerInvariant();

    /// <exception cref="CommandException">It cannot be read, or is too large.</exception>
    private static byte[] ReadObject(string path, string name)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            if (file.Length > EndpointHookRequest.LargestObject)
                throw new CommandException($"{name} has {file.Length} bytes; an object of a user's program may have {EndpointHookRequest.LargestObject}");
            byte[] content = new byte[file.Length];
            file.ReadExactly(content);
            return content;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"cannot read {name}: {error.Message}", error);
        }
    }

    /// <summary>A row for each map; of a program without any, one.</summary>
    private static TableView Rows(IReadOnlyList<EndpointHookResource> hooks) => TableView.Of(
        ["ENDPOINT", "AT", "PROGRAM", "FILE", "ADDED", "MAP", "TYPE", "MAP ID", "PIN"],
        [.. hooks.SelectMany(hook => hook.Maps.Select(UserMapResource? (map) => map).DefaultIfEmpty().Select(map => (Hook: hook, Map: map)))],
        static row =>
        [
            row.Hook.Name,
            row.Hook.At,
            row.Hook.Program,
            row.Hook.File,
            row.Hook.Added.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            row.Map?.Name ?? "-",
            row.Map?.Type ?? "-",
            row.Map?.KernelId.ToString(CultureInfo.InvariantCulture) ?? "-",
            row.Map?.Pin ?? "-",
        ]);
}
