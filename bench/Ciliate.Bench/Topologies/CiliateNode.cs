using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Ciliate.Bench.Workloads;
using Ciliate.Testing;

namespace Ciliate.Bench.Topologies;

/// <summary>A node with the real agent and the real client: two containers under a policy that is enforced in both directions.</summary>
internal sealed class CiliateNode
{
    private const int FillerRules = 100;
    private static readonly TimeSpan s_readyWithin = TimeSpan.FromSeconds(15);

    private readonly string _client;
    private readonly string _socket;
    private readonly TestNamespace _node;

    private CiliateNode(Resources resources, string binaries)
    {
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
        Agent = resources.Add(TestProcess.Start(
            _node, agent, "--socket", _socket, "--state-dir", Path.Combine(directory, "state"),
            "--bpf-root", Path.Combine(bpf.Path, "ciliate"), "--flow-table-size", "524288"));
        var (web, client) = (resources.Add(new TestNamespace("ciliate-server")), resources.Add(new TestNamespace("ciliate-client")));
        AwaitAgent();
        Add("server", web);
        Add("client", client);
        string policy = Path.Combine(directory, "policy.yaml");
        File.WriteAllText(policy, Policy());
        Run("policy", "apply", "-f", policy);
        var (ipv4, ipv6) = AddressesOf("server");
        Topology = new Topology(Results.Comparison.Ours, client, web, ipv4, ipv6, resources);
    }

    public Topology Topology { get; }

    public TestProcess Agent { get; }

    public static CiliateNode Make(string binaries)
    {
        CiliateNode? node = null;
        Topology.Make(resources => (node = new CiliateNode(resources, binaries)).Topology);
        return node!;
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

    private void Add(string name, TestNamespace container) =>
        Run("endpoint", "add", name, "--netns", container.Path, "--label", $"app={name}");

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
        return string.Join("---\n", OneSide("client", "server", served), OneSide("server", "client", served));
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
