using Ciliate.Agent.Addresses;
using Ciliate.Agent.Configuration;
using Ciliate.Agent.Control;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Flows;
using Ciliate.Agent.Health;
using Ciliate.Agent.Identities;
using Ciliate.Agent.Logging;
using Ciliate.Agent.Metrics;
using Ciliate.Agent.Outside;
using Ciliate.Agent.Policies;
using Ciliate.Agent.State;
using Ciliate.Datapath;
using Ciliate.Linux;
using Ciliate.Policy;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace Ciliate.Agent;

/// <summary>
/// The agent's parts, wired:
/// <code>
/// API ─▶ control loop ─▶ EndpointManager ─┬▶ addresses, identities ─▶ state on disk
///                        PolicyManager ───┴▶ PolicyDistributor ─▶ datapath ─▶ kernel
/// datapath's events ─▶ FlowRecorder ─▶ FlowLog ─▶ API
/// tables (endpoints, identities, rules) ─▶ snapshots for the API and the names of flows
/// </code>
/// </summary>
public sealed class AgentServices : IAsyncDisposable
{
    private readonly ILogger _logger;
    private readonly EndpointAdoption _adoption;
    private readonly ResolveOptions _resolve;

    public AgentServices(
        AgentConfiguration configuration, NetworkNamespace hostNamespace, IDatapath datapath, TimeProvider time, ILogger logger)
    {
        _logger = logger;
        Configuration = configuration;
        Datapath = datapath;
        Time = time;
        Started = time.GetUtcNow();
        Host = new HostNetwork(hostNamespace, configuration);
        Loop = new ControlLoop(time);
        Health = new HealthBoard(time);
        Readiness = new Readiness(Loop, Health, time);
        HealthCheck = new HealthCheck(this);
        Metrics = new AgentMetrics(Prometheus.Metrics.WithCustomRegistry(MetricsRegistry));
        AddressBook = new AddressBook(datapath);
        HostAddresses = new HostAddresses(AddressBook, Host);
        Addresses = new EndpointAddresses(configuration);
        Identities = new IdentityAllocator(time);
        Rules = new RuleCatalog(time);
        var store = new StateStore(configuration.StateDirectory);
        Disk = store.Disk;
        Disk.Refused += problem => Health.Report(HealthCheck.Disk, problem);
        var endpoints = new Table<ushort, Endpoint>();
        var options = new ResolveOptions { AllowHostIngress = configuration.AllowHostIngress };
        var distributor = new PolicyDistributor(datapath, endpoints, Identities, Rules, options, Metrics);
        var prefixes = new NamedPrefixes(Identities, distributor, AddressBook, store);
        Policies = new PolicyManager(store, Rules, distributor, prefixes, BeginChange);
        State = new StateKeeper(store, endpoints, Identities, Policies, logger);
        PolicyDirectory = new PolicyDirectory(configuration.PolicyDirectory);
        Masquerade = new Masquerade(datapath, Host, configuration.Masquerade, logger);
        _resolve = options;
        Explainer = new PolicyExplainer(Policies, options, Host, Masquerade);
        Peers = new PeerFinder(endpoints, Identities, AddressBook, Host);
        FlowExplainer = new FlowExplainer(Explainer, Peers);
        Policies.Changed += (state, outcome) => logger.PoliciesChanged(state.Revision, state.Policies.Count, outcome.Regenerated.Count);
        Policies.CleanUpFailed += error => logger.PeriodicTaskFailed("cleaning up after a change of policies", error.Message);
        EndpointIdentities = new EndpointIdentities(Identities, distributor, store);
        Programs = new ProgramWorker(datapath, endpoints, Health, Metrics, time, logger);
        Endpoints = new EndpointManager(
            datapath, Host, Addresses, AddressBook, EndpointIdentities, endpoints, distributor, Policies, Programs, store, time, BeginChange);
        var objects = new UserObjects(store, endpoints);
        Hooks = new HookManager(datapath, Endpoints, objects, store, time, BeginChange, logger);
        Guard = new EndpointGuard(datapath, Host, Endpoints, logger);
        _adoption = new EndpointAdoption(
            datapath, Host, HostAddresses, Addresses, AddressBook, Identities, EndpointIdentities, Endpoints, Policies, prefixes, store, objects, BeginChange, logger);
        Recorder = new FlowRecorder(datapath, Flows, endpoints, Identities, Rules);
    }

    public AgentConfiguration Configuration { get; }

    public IDatapath Datapath { get; }

    public TimeProvider Time { get; }

    public DateTimeOffset Started { get; }

    public ControlLoop Loop { get; }

    /// <summary>What is wrong and since when.</summary>
    public HealthBoard Health { get; }

    /// <summary>Where the state is.</summary>
    public StateDisk Disk { get; }

    public StateKeeper State { get; }

    /// <summary>Puts what is wrong on the board; from the control loop.</summary>
    public HealthCheck HealthCheck { get; }

    public Readiness Readiness { get; }

    public CollectorRegistry MetricsRegistry { get; } = Prometheus.Metrics.NewCustomRegistry();

    public AgentMetrics Metrics { get; }

    public HostNetwork Host { get; }

    public AddressBook AddressBook { get; }

    public HostAddresses HostAddresses { get; }

    public Masquerade Masquerade { get; }

    public EndpointAddresses Addresses { get; }

    public IdentityAllocator Identities { get; }

    public EndpointIdentities EndpointIdentities { get; }

    public EndpointManager Endpoints { get; }

    public HookManager Hooks { get; }

    public ProgramWorker Programs { get; }

    public EndpointGuard Guard { get; }

    public PolicyManager Policies { get; }

    public PolicyDirectory PolicyDirectory { get; }

    /// <summary>What <see cref="PolicyManager.Apply"/> would do, beside all that there is at this moment; from the control loop.</summary>
    /// <exception cref="AgentException">It would be refused.</exception>
    public PolicyTrialRun Try(IReadOnlyList<PolicySubmission> submissions) => Try(PolicyPlan.Apply(Policies.Current, submissions));

    /// <summary>Likewise <see cref="PolicyManager.Delete"/>.</summary>
    /// <inheritdoc cref="Try(IReadOnlyList{PolicySubmission})"/>
    public PolicyTrialRun TryDelete(PolicyKey key) => Try(PolicyPlan.Delete(Policies.Current, key));

    private PolicyTrialRun Try(PolicyPlan plan) => new(
        Policies.Current.Policies, plan, [.. Endpoints.Endpoints.Rows], [.. Identities.Identities.Rows],
        Flows.Last(FlowLog.DefaultCapacity, FlowFilter.Everything),
        _resolve with { MostEntries = Datapath.ReadFill().PolicyCapacity });

    public PolicyExplainer Explainer { get; }

    public FlowExplainer FlowExplainer { get; }

    public PeerFinder Peers { get; }

    public RuleCatalog Rules { get; }

    public FlowLog Flows { get; } = new();

    public CollectionFigures Collection { get; } = new();

    public FlowRecorder Recorder { get; }

    /// <summary>Of the policy directory as it is in force since the adoption; null: none is followed.</summary>
    public string? FollowedStamp { get; private set; }

    /// <summary>Reads the state, makes the gateway and takes over what is in the kernel. Everything else comes after.</summary>
    /// <param name="earlier">What the policy directory held a moment ago; null: it is read now.</param>
    public void Adopt(PolicyReading? earlier = null)
    {
        PolicyReading? followed = PolicyDirectory.Read(earlier);
        AdoptionResult result = _adoption.Run(followed);
        FollowedStamp = followed?.Stamp;
        State.Begin();
        Hooks.CleanUp();
        _logger.Adopted(result.Adopted, result.Disconnected, result.Pruned);
        // From here on a row that comes is an endpoint that was added.
        Endpoints.Endpoints.Changed += new EndpointLogger(_logger).Log;
    }

    /// <summary>Does once more what the kernel refused when the agent started. Safe to repeat.</summary>
    public void RetryAdoption() => _adoption.Retry();

    /// <summary>Finishes what the control loop has been given.</summary>
    public async ValueTask DisposeAsync()
    {
        await Loop.DisposeAsync().ConfigureAwait(false);
        Host.Dispose();
    }

    private Undo BeginChange()
    {
        State.RequirePlaces();
        return new Undo((step, error) => _logger.UndoFailed(step, error.Message));
    }
}
