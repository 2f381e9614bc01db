using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Ciliate.Bench.Workloads;
using Ciliate.Testing;

namespace Ciliate.Bench.Topologies;

/// <summary>A node with the real agent and the real client: two containers under a policy that is enforced in both directions.</summary>
internal sealed class CiliateNode
{
    /// <summary>The two containers that there are from the start.</summary>
    public const string Client = "client", Server = "server";

    private const int FillerRules = 100;
    private static readonly TimeSpan s_readyWithin = TimeSpan.FromSeconds(15);

    private readonly Resources _resources;
    private readonly string _client;
    private readonly string _socket;
    private readonly TestNamespace _node;

    private CiliateNode(Resources resources, string binaries, string[] options)
    {
        _resources = resources;
        _client = Path.Combine(binaries, "ciliate");
        string agent = Path.Combine(binaries, "ciliated");
        foreach (string binary in new[] { _client, agent })
        {
            if (!File.Exists(binary))
                throw new BenchException($"{binary} is missing; build it with 'make publish'");
        }
        string directory = Directory.CreateTempSubdirectory("ciliate-bench-").FullName;
        resources.OnDispose(() => Directory.Delete(directory, recursive: true));
        var bpf = resources.Add(new BpfFileSystem());
        _node = resources.Add(new TestNamespace("ciliate-node"));
        _socket = Path.Combine(directory, "ciliate.sock");
        string[] all =
        [
            "--socket", _socket, "--state-dir", Path.Combine(directory, "state"), "--bpf-root", Path.Combine(bpf.Path, "ciliate"),
            "--flow-table-size", "524288", .. options,
        ];
        Agent = resources.Add(TestProcess.Start(_node, agent, all));
        AwaitAgent();
        var (server, client) = (Add(Server), Add(Client));
        string policy = Path.Combine(directory, "policy.yaml");
        File.WriteAllText(policy, Policy());
        Run("policy", "apply", "-f", policy);
        AwaitOwnPrograms();
        var (ipv4, ipv6) = AddressesOf(Server);
        Topology = new Topology(Results.Comparison.Ours, client, server, ipv4, ipv6, resources);
    }

    public Topology Topology { get; }

    public TestProcess Agent { get; }

    /// <param name="options">Of the agent, beside those that it always gets.</param>
    public static CiliateNode Make(string binaries, params string[] options)
    {
        CiliateNode? node = null;
        Topology.Make(resources => (node = new CiliateNode(resources, binaries, options)).Topology);
        return node!;
    }

    /// <summary>One more container; no policy selects it unless it has the name of one that there is from the start.</summary>
    public TestNamespace Add(string name)
    {
        var container = _resources.Add(new TestNamespace($"ciliate-{name}"));
        Run("endpoint", "add", name, "--netns", container.Path, "--label", $"app={name}");
        return container;
    }

    /// <summary>The node itself, as its containers reach it, one address of each family.</summary>
    public IReadOnlyList<IPAddress> Gateways()
    {
        using var status = JsonDocument.Parse(Run("status", "-o", "json"));
        var ranges = status.RootElement.GetProperty("ipam");
        return [.. Family.All.Select(family => IPAddress.Parse(ranges.GetProperty(family.Name).GetProperty("gateway").GetString()!))];
    }

    /// <summary>Packets of a container, and to it, that were dropped so far.</summary>
    public long DropsOf(string name)
    {
        using var endpoint = JsonDocument.Parse(Run("endpoint", "get", name, "-o", "json"));
        return endpoint.RootElement.GetProperty("status").GetProperty("traffic").GetProperty("drops").GetInt64();
    }

    private void AwaitAgent()
    {
        try
        {
            Eventually.Holds(() => Agent.HasExited || Start("status").ExitCode == 0, "ciliated is ready", s_readyWithin);
        }
        catch (TimeoutException e)
        {
            throw new BenchException($"{e.Message}: {LastLine(Agent.Errors)}");
        }
        if (Agent.HasExited)
            throw new BenchException($"ciliated did not start: {LastLine(Agent.Errors)}");
    }

    /// <summary>Those that a container has for good.</summary>
    private void AwaitOwnPrograms() => Eventually.Holds(
        () =>
        {
            using var status = JsonDocument.Parse(Run("status", "-o", "json"));
            return status.RootElement.GetProperty("endpoints").GetProperty("unsettled").GetInt32() == 0;
        },
        "the containers have their own programs", s_readyWithin);

    private (IPAddress IPv4, IPAddress IPv6) AddressesOf(string name)
    {
        using var document = JsonDocument.Parse(Run("endpoint", "get", name, "-o", "json"));
        var pair = document.RootElement.GetProperty("status").GetProperty("networking").GetProperty("addressing")[0];
        return (IPAddress.Parse(pair.GetProperty("ipv4").GetString()!), IPAddress.Parse(pair.GetProperty("ipv6").GetString()!));
    }

    private string Run(params string[] arguments)
    {
        var result = Start(arguments);
        return result.ExitCode == 0
            ? result.Output
            : throw new BenchException($"'ciliate {string.Join(' ', arguments)}' failed with {result.ExitCode}: {LastLine(result.Errors)}");
    }

    private ProcessResult Start(params string[] arguments)
    {
        var info = new ProcessStartInfo(_client, arguments) { Environment = { ["CILIATE_SOCKET"] = _socket, ["NO_COLOR"] = "1" } };
        using var process = TestProcess.Start(_node, info);
        process.Input.Close();
        return process.WaitForExit();
    }

    private static string LastLine(string text) => text.TrimEnd() is { Length: > 0 } said ? said.Split('\n')[^1] : "it said nothing";

    /// <summary>What the workloads need, and beside it rules that must cost nothing: each is an entry of its own in the kernel.</summary>
    private static string Policy()
    {
        var ports = new (int Number, string Protocol)[]
        {
            (RequestResponse.ServedPort, "TCP"), (ConnectRequestResponse.ServedPort, "TCP"), (DatagramRequestResponse.ServedPort, "UDP"),
        };
        string served = string.Join(", ", ports.Select(port => $$"""{port: "{{port.Number}}", protocol: {{port.Protocol}} }"""));
        return string.Join("---\n", OneSide(Client, Server, served), OneSide(Server, Client, served));
    }

    private static string OneSide(string subject, string peer, string served) => $$"""
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata:
          name: {{subject}}
        spec:
          endpointSelector:
            matchLabels: {app: {{subject}} }
          ingress:
        {{Rules("fromEndpoints", peer, served)}}
          egress:
        {{Rules("toEndpoints", peer, served)}}

        """;

    private static string Rules(string side, string peer, string served)
    {
        var lists = Enumerable.Range(6000, FillerRules).Select(port => $$"""{port: "{{port}}", protocol: TCP}""").Prepend(served);
        return string.Join('\n', lists.Select(ports =>
            $$$"""  - { {{{side}}}: [{matchLabels: {app: {{{peer}}} }}], toPorts: [{ports: [{{{ports}}}]}] }"""));
    }
}
