using System.CommandLine;
using System.Globalization;
using Ciliate.Api;

namespace Ciliate.Cli.Commands;

internal static class EndpointCommands
{
    public static Command Build(Terminal terminal) =>
        new CliCommand("endpoint", "Connect containers and look at them", "ciliate endpoint list")
        {
            EndpointAddCommand.Build(terminal),
            List(terminal),
            Get(terminal),
            EndpointLabelsCommand.Build(terminal),
            EndpointHookCommands.Build(terminal),
            EndpointProgramCommand.Build(terminal),
            Delete(terminal),
        };

    public static TableView Rows(IReadOnlyList<EndpointResource> endpoints) => TableView.Of(
        ["ID", "NAME", "STATE", "IDENTITY", "LABELS", "IPV4", "IPV6", "POLICY", "REVISION"],
        endpoints,
        endpoint =>
        [
            endpoint.Id.ToString(CultureInfo.InvariantCulture),
            endpoint.Status.ExternalIdentifiers.ContainerName,
            State(endpoint),
            endpoint.Status.Identity.Id.ToString(CultureInfo.InvariantCulture),
            string.Join(',', endpoint.Status.Identity.Labels),
            Addresses(endpoint, pair => pair.IPv4),
            Addresses(endpoint, pair => pair.IPv6),
            endpoint.Status.Policy.PolicyEnabled,
            endpoint.Status.Policy.PolicyRevision.ToString(CultureInfo.InvariantCulture),
        ]);

    private static CliCommand List(Terminal terminal)
    {
        var command = new CliCommand("list", "List the endpoints", "ciliate endpoint list -o json | jq -r '.[].status.\"external-identifiers\".\"container-name\"'");
        command.Does(terminal, static async (_, client, output, cancellationToken) =>
        {
            IReadOnlyList<EndpointResource> endpoints = await client.GetEndpointsAsync(cancellationToken).ConfigureAwait(false);
            output.Write(endpoints, ApiJson.Default.IReadOnlyListEndpointResource, Rows);
        });
        return command;
    }

    private static CliCommand Get(Terminal terminal)
    {
        Argument<string> endpoint = Reference();
        var command = new CliCommand("get", "Show one endpoint", "ciliate endpoint get web") { endpoint };
        command.Does(terminal, async (parsed, client, output, cancellationToken) =>
        {
            string reference = parsed.GetRequiredValue(endpoint);
            EndpointResource found = await client.GetEndpointAsync(reference, cancellationToken).ConfigureAwait(false);
            output.Write(found, ApiJson.Default.EndpointResource, Details);
        });
        return command;
    }

    private static CliCommand Delete(Terminal terminal)
    {
        Argument<string> endpoint = Reference();
        var command = new CliCommand("delete", "Disconnect a container and remove all that was made for it", "ciliate endpoint delete web") { endpoint };
        command.Does(terminal, async (parsed, client, output, cancellationToken) =>
        {
            string reference = parsed.GetRequiredValue(endpoint);
            await client.DeleteEndpointAsync(reference, cancellationToken).ConfigureAwait(false);
            output.Message($"endpoint {reference} deleted");
        });
        return command;
    }

    internal static Argument<string> Reference() => new Argument<string>("ENDPOINT") { Description = "Name, number, or name:NAME" }
        .Refusing(text => !EndpointReference.TryParse(text, out _), $"is neither a name nor a number from 1 to {EndpointReference.LastId}");

    private static TableView Details(EndpointResource endpoint)
    {
        EndpointStatus status = endpoint.Status;
        return TableView.Pairs(
        [
            ("Id", endpoint.Id.ToString(CultureInfo.InvariantCulture)),
            ("Name", status.ExternalIdentifiers.ContainerName),
            ("State", State(endpoint)),
            ("Namespace", status.ExternalIdentifiers.NetworkNamespace ?? "-"),
            ("Identity", status.Identity.Id.ToString(CultureInfo.InvariantCulture)),
            ("Labels", string.Join(' ', status.Identity.Labels)),
            ("IPv4", Addresses(endpoint, pair => pair.IPv4)),
            ("IPv6", Addresses(endpoint, pair => pair.IPv6)),
            ("Interface", $"{status.Networking.ContainerInterfaceName} {status.Networking.Mac}"),
            ("Host end", $"{status.Networking.InterfaceName} {status.Networking.HostMac} (index {status.Networking.InterfaceIndex})"),
            ("Policy", $"{status.Policy.PolicyEnabled}, revision {status.Policy.PolicyRevision}, generation {status.Policy.Generation}"),
            ("Policies", status.Policy.Policies.Count > 0 ? string.Join(' ', status.Policy.Policies) : "-"),
            ("Egress", $"{status.Traffic.EgressPackets} packets, {status.Traffic.EgressBytes} bytes"),
            ("Ingress", $"{status.Traffic.IngressPackets} packets, {status.Traffic.IngressBytes} bytes"),
            ("Drops", $"{status.Traffic.Drops} packets"),
            ("Judged again", $"{status.Traffic.JudgedAgain} packets"),
        ]);
    }

    private static Cell State(EndpointResource endpoint) => new(
        endpoint.Status.State, endpoint.Status.State == EndpointState.Ready ? CellStyle.Good : CellStyle.Bad);

    private static string Addresses(EndpointResource endpoint, Func<AddressPair, string?> family)
    {
        string addresses = string.Join(' ', endpoint.Status.Networking.Addressing.Select(family).OfType<string>());
        return addresses.Length > 0 ? addresses : "-";
    }
}
