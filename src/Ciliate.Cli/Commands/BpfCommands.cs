using System.CommandLine;
using System.Text.Json.Serialization.Metadata;
using Ciliate.Api;

namespace Ciliate.Cli.Commands;

/// <summary>What the kernel's maps hold, with names beside the numbers.</summary>
internal static class BpfCommands
{
    private delegate Task<IReadOnlyList<T>> Read<T>(AgentClient client, CancellationToken cancellationToken);

    public static Command Build(Terminal terminal) =>
        new CliCommand("bpf", "Look into the kernel's maps", "ciliate bpf flow list")
        {
            Map<PolicyMapEntry>(
                terminal, "policy", "Verdict tables that are current", ApiJson.Default.IReadOnlyListPolicyMapEntry, BpfViews.Policy,
                static (client, token) => client.GetPolicyMapAsync(token)),
            Map<FlowMapEntry>(
                terminal, "flow", "Tracked flows", ApiJson.Default.IReadOnlyListFlowMapEntry, BpfViews.Flows,
                static (client, token) => client.GetFlowMapAsync(token)),
            Map<NatMapEntry>(
                terminal, "nat", "Masqueraded connections", ApiJson.Default.IReadOnlyListNatMapEntry, BpfViews.Nat,
                static (client, token) => client.GetNatMapAsync(token)),
            Map<IpcacheMapEntry>(
                terminal, "ipcache", "Identities of addresses", ApiJson.Default.IReadOnlyListIpcacheMapEntry, BpfViews.Ipcache,
                static (client, token) => client.GetIpcacheMapAsync(token)),
            Map<EndpointMapEntry>(
                terminal, "endpoint", "Endpoints as the kernel knows them", ApiJson.Default.IReadOnlyListEndpointMapEntry, BpfViews.Endpoints,
                static (client, token) => client.GetEndpointMapAsync(token)),
        };

    private static CliCommand Map<T>(
        Terminal terminal, string name, string description, JsonTypeInfo<IReadOnlyList<T>> type, Func<IReadOnlyList<T>, TableView> view, Read<T> read)
    {
        string example = $"ciliate bpf {name} list";
        var list = new CliCommand("list", $"List them: {char.ToLowerInvariant(description[0])}{description[1..]}", example);
        list.Does(terminal, async (_, client, output, cancellationToken) =>
            output.Write(await read(client, cancellationToken).ConfigureAwait(false), type, view));
        return new CliCommand(name, description, example) { list };
    }
}
