using Ciliate.Agent;
using Ciliate.Agent.Api;
using Ciliate.Agent.Configuration;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Policies;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Fuzz.Execution;
using Ciliate.Linux;
using Ciliate.Policy;
using Ciliate.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ciliate.Fuzz.Targets.Api;

/// <summary>An agent with two endpoints, one policy, two flows, and a container that has no endpoint yet. It acts on what it is asked for, so it runs
/// isolated only: in network namespaces, with its state in memory.</summary>
internal sealed class FuzzedAgent : IDisposable
{
    private const string Root = "/run/agent";

    private const string PolicyText = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: web}
        spec:
          endpointSelector: {matchLabels: {app: web}}
          ingress:
          - fromEndpoints: [{matchLabels: {app: client}}]
            toPorts: [{ports: [{port: http, protocol: TCP}]}]
        """;

    private static readonly string[] s_containers = ["web", "client", "spare"];

    private readonly NetworkNamespace _host;
    private readonly NetworkNamespace[] _namespaces;
    private readonly FakeDatapath _datapath = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly AgentServices _services;
    private readonly WebApplication _application;
    private readonly IReadOnlyList<Endpoint> _endpoints;
    private PolicyState _policies;

    public FuzzedAgent()
    {
        if (!Isolation.IsInside)
            throw new InvalidOperationException("the agent would act on this machine");
        _host = NetworkNamespace.CreateNamed("host");
        _namespaces = [.. s_containers.Select(NetworkNamespace.CreateNamed)];
        string[] options = ["--state-dir", Path.Combine(Root, "state"), "--socket", Path.Combine(Root, "api.sock")];
        AgentConfiguration configuration = ConfigurationLoader.Load(CommandLine.Parse(options), new Dictionary<string, string>(), "/nonexistent");
        _services = new AgentServices(configuration, _host, _datapath, TimeProvider.System, NullLogger.Instance);
        _services.Adopt();
        _services.Readiness.Enter(Agent.Health.AgentPhase.Ready);
        Add("web", "app=web", "http=8080/TCP");
        Add("client", "app=client");
        Apply();
        _endpoints = [.. _services.Endpoints.Endpoints.Rows];
        _policies = _services.Policies.Current;
        RecordFlows();
        _application = ApiApplication.Build(_services, NullLoggerProvider.Instance, host => host.UseServer(Server));
        _application.StartAsync().GetAwaiter().GetResult();
    }

    public InProcessServer Server { get; } = new();

    /// <summary>Makes it as it was at first, so that an input alone shows what it showed after others. False: a new one is needed for that.</summary>
    public bool TryRestore()
    {
        foreach (Endpoint added in _services.Endpoints.Endpoints.Rows.Where(row => _endpoints.All(first => first.Id != row.Id)))
            _services.Endpoints.Delete(added);
        if (!ReferenceEquals(_services.Policies.Current, _policies))
            RestorePolicies();
        return _endpoints.All(TryRestore);
    }

    public void Dispose()
    {
        foreach (Endpoint endpoint in _services.Endpoints.Endpoints.Rows)
            _services.Endpoints.Delete(endpoint);
        _application.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _stop.Cancel();
        _services.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _datapath.Dispose();
        _host.Dispose();
        Array.ForEach(_namespaces, space => space.Dispose());
        foreach (string name in s_containers.Append("host"))
            NetworkNamespace.Delete(name);
        Directory.Delete(Root, recursive: true);
        _stop.Dispose();
    }

    private bool TryRestore(Endpoint first)
    {
        if (_services.Endpoints.Endpoints.Find(first.Id) is not { State: EndpointState.Ready } now)
            return false;
        return _services.Endpoints.Relabel(now, first.Labels) with { Generation = first.Generation } == first;
    }

    private void RestorePolicies()
    {
        foreach (NetworkPolicy policy in _services.Policies.Current.Policies)
            _services.Policies.Delete(policy.Key);
        Apply();
        _policies = _services.Policies.Current;
    }

    private void Add(string name, string label, params string[] ports) =>
        _services.Endpoints.Add(new EndpointRequest(name, $"/run/netns/{name}", [label], NamedPorts: ports));

    private void Apply() => _services.Policies.Apply(
        [.. PolicyReader.Read(PolicyText, "web.yaml").Select(policy => new PolicySubmission(policy, "web.yaml"))]);

    private void RecordFlows()
    {
        _ = _services.Recorder.RunAsync(_stop.Token);
        _datapath.Emit(Verdicts.Forwarded(8080));
        _datapath.Emit(Verdicts.Dropped(53, 17));
        Eventually.Holds(() => _services.Flows.Count == 2, "two flows are recorded");
    }
}
