using System.CommandLine;
using System.Globalization;
using Ciliate.Api;

namespace Ciliate.Cli.Commands;

internal static class IdentityCommands
{
    public static Command Build(Terminal terminal)
    {
        var list = new CliCommand("list", "List the identities", "ciliate identity list");
        list.Does(terminal, static async (_, client, output, cancellationToken) =>
        {
            IReadOnlyList<IdentityEntry> identities = await client.GetIdentitiesAsync(cancellationToken).ConfigureAwait(false);
            output.Write(identities, ApiJson.Default.IReadOnlyListIdentityEntry, Rows);
        });
        return new CliCommand("identity", "Look at identities: the numbers of label sets", "ciliate identity list") { list };
    }

    private static TableView Rows(IReadOnlyList<IdentityEntry> identities) => TableView.Of(
        ["ID", "LABELS", "ENDPOINTS"],
        identities,
        static identity =>
        [
            identity.Id.ToString(CultureInfo.InvariantCulture),
            string.Join(',', identity.Labels),
            identity.Endpoints.Count > 0 ? string.Join(',', identity.Endpoints) : "-",
        ]);
}
