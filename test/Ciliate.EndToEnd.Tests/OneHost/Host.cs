using System.Net;
using System.Text.Json;
using Ciliate.Testing;

namespace Ciliate.EndToEnd.Tests.OneHost;

/// <summary>A host with its agent and containers: network namespaces, real executables, real sockets. It stands for the host itself as a place.</summary>
public sealed class Host : IPlace, IDisposable
{
    private readonly List<TestNamespace> _containers = [];
    private readonly bool _ownsNetwork;

    /// <param name="options">Flags of the agent beside its roots.</param>
    public Host(params IReadOnlyList<string> options)
        : this(new AgentRoots(), options)
    {
    }

    /// <param name="roots">They go with the host.</param>
    public Host(AgentRoots roots, params IReadOnlyList<string> options)
        : this(new TestNamespace("host"), ownsNetwork: true, roots, options)
    {
    }

    private Host(TestNamespace network, bool ownsNetwork, AgentRoots roots, IReadOnlyList<string> options)
    {
        (Network, _ownsNetwork) = (network, ownsNetwork);
        Roots = roots;
        Ciliate = new CiliateCommand(Network, Roots);
        Agent = new Agent(Network, Roots, Ciliate, options);
        try
        {
            Agent.Start();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Name => "host";

    public TestNamespace Network { get; }

    public AgentRoots Roots { get; }

    public CiliateCommand Ciliate { get; }

    public Agent Agent { get; }

    public IPAddress Address(Family family) => IPAddress.Parse(Ciliate.Json("status").GetProperty("ipam")
        .GetProperty(family == Family.IPv4 ? "ipv4" : "ipv6").GetProperty("gateway").GetString()!);

    /// <summary>Another agent in the same namespace, with roots and containers of its own. It must go before this one.</summary>
    public Host Beside(params IReadOnlyList<string> options) => new(Network, ownsNetwork: false, new AgentRoots(), options);

    /// <summary>A namespace that is no endpoint yet; it goes with the host.</summary>
    public TestNamespace AddNamespace(string name)
    {
        var added = new TestNamespace(name);
        _containers.Add(added);
        return added;
    }

    /// <param name="labels">Without any: app=NAME.</param>
    public Container Add(string name, params IReadOnlyList<string> labels) => Ciliate.Add(name, AddNamespace(name), labels);

    /// <summary>Applies policies; they are enforced when this returns.</summary>
    public void Apply(string yaml) => Ciliate.Do("policy", "apply", "-f", Roots.Write("policy.yaml", yaml));

    public void DeletePolicies()
    {
        foreach (JsonElement policy in Ciliate.Json("policy", "list").GetProperty("policies").EnumerateArray())
        {
            Ciliate.Do("policy", "delete", policy.GetProperty("name").GetString()!);
        }
    }

    /// <summary>Everything that an endpoint or a policy leaves on the machine: links, addresses and routes of the host, pins, files, rows of
    /// the kernel's tables except flows.</summary>
    public IReadOnlyList<string> Traces()
    {
        Eventually.Holds(() => Ciliate.Json("status").GetProperty("endpoints").GetProperty("unsettled").GetInt32() == 0, "programs are settled");
        return
        [
            .. Network.Route.ListLinks().Select(link => "link " + link.Name),
            .. Network.Route.ListAddresses().Select(address => $"address {address.Address}"),
            .. new[] { System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.AddressFamily.InterNetworkV6 }
                .SelectMany(family => Network.Route.ListRoutes(family)).Select(route => $"route {route.Destination}"),
            .. Roots.Files().Select(path => "file " + path),
            .. new[] { "endpoint", "policy", "ipcache" }
                .SelectMany(table => Ciliate.Json("bpf", table, "list").EnumerateArray().Select(row => $"{table} {WithoutFlows(row)}")),
        ];
    }

    private static string WithoutFlows(JsonElement row) =>
        string.Join(' ', row.EnumerateObject().Where(member => member.Name is not ("flows" or "incoming")).Select(member => $"{member.Name}={member.Value}"));

    public void Dispose()
    {
        Agent.Dispose();
        _containers.ForEach(container => container.Dispose());
        if (_ownsNetwork)
            Network.Dispose();
        Roots.Dispose();
    }
}
