using Ciliate.Agent.Api;
using Ciliate.Agent.Configuration;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Health;
using Ciliate.Agent.Logging;
using Ciliate.Agent.Policies;
using Ciliate.Datapath;
using Ciliate.Linux;
using Ciliate.Netlink;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Hosting;

/// <summary>An agent at work: what was there is adopted, the API answers, events are taken. Ending it leaves the kernel as it is.</summary>
public sealed class RunningAgent : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly AgentServices _services;
    private readonly LinkMonitor _links;
    private readonly ChangeMonitor _changes;
    private Task[] _tasks = [];
    private ApiServer? _api;
    private MetricsServer? _metrics;
    private bool _disposed;

    private RunningAgent(AgentServices services, LinkMonitor links, ChangeMonitor changes)
    {
        _services = services;
        _links = links;
        _changes = changes;
    }

    /// <summary>Ends, with its error, when a part that should run for ever ends.</summary>
    public Task Failure => Task.WhenAny(_tasks).Unwrap();

    /// <summary>Returns when the agent is ready.</summary>
    /// <param name="hostNamespace">Where the agent's interfaces are.</param>
    /// <param name="systemd">Null: nobody is told.</param>
    /// <param name="followed">What the policy directory held a moment ago; null: it is read now.</param>
    public static async Task<RunningAgent> StartAsync(
        AgentConfiguration configuration, NetworkNamespace hostNamespace, IDatapath datapath, TimeProvider time, ILoggerProvider logs,
        CancellationToken cancellationToken, ServiceManager? systemd = null, PolicyReading? followed = null)
    {
        ILogger logger = logs.CreateLogger("Ciliate.Agent");
        logger.Starting(HelpText.Version, configuration.StateDirectory, configuration.BpfRoot);
        var services = new AgentServices(configuration, hostNamespace, datapath, time, logger);
        // Watches before it is asked what is there, so that no interface vanishes unseen in between.
        var agent = new RunningAgent(services, LinkMonitor.Start(hostNamespace), ChangeMonitor.Start(hostNamespace));
        try
        {
            // Says from now on that the agent is starting.
            agent._api = await ApiServer.StartAsync(services, logs, cancellationToken).ConfigureAwait(false);
            if (configuration.MetricsAddress is { } address)
                agent._metrics = await MetricsServer.StartAsync(services, address, logs, cancellationToken).ConfigureAwait(false);
            await services.Loop.RunAsync(() => services.Adopt(followed), cancellationToken).ConfigureAwait(false);
            await services.Loop.RunAsync(services.Masquerade.Begin, cancellationToken).ConfigureAwait(false);
            await services.Loop.RunAsync(datapath.CompleteUpgrade, cancellationToken).ConfigureAwait(false);
            await services.Loop.RunAsync(services.HealthCheck.Run, cancellationToken).ConfigureAwait(false);
            agent.Begin(logger, systemd ?? new ServiceManager(null));
            services.Readiness.Enter(AgentPhase.Ready);
            systemd?.TellReady();
        }
        catch
        {
            await agent.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        logger.Ready(configuration.Socket, services.Endpoints.Endpoints.Count, services.Policies.Current.Policies.Count);
        return agent;
    }

    private void Begin(ILogger logger, ServiceManager systemd)
    {
        var repeated = new RepeatedTasks(_services.Loop, _services.Health, logger);
        var host = new HostRound(_services.Host, _services.HostAddresses, _services.Guard, _services.Masquerade, _services.Loop, repeated);
        _tasks =
        [
            _services.Recorder.RunAsync(_stop.Token),
            new EndpointWatcher(_services.Endpoints, _services.Loop, _links, logger).RunAsync(_stop.Token),
            _services.Programs.RunAsync(_stop.Token),
            new ChangeWatcher(host, _changes, _services.Time).RunAsync(_stop.Token),
            new Housekeeping(
                _services.Datapath, _services.EndpointIdentities, _services.Policies, _services.Hooks, _services.State, _services.RetryAdoption, host, _services.HealthCheck,
                repeated, _services.Time).RunAsync(_stop.Token),
            new PolicyFollower(
                _services.PolicyDirectory, _services.FollowedStamp, _services.Policies, _services.Loop, _services.Health, _services.Time, logger).RunAsync(_stop.Token),
            new FlowCollection(_services.Datapath, _services.Collection, _services.Health, _services.Time, logger).RunAsync(_stop.Token),
            new Watchdog(_services.Loop, _services.Readiness, systemd, _services.Time).RunAsync(_stop.Token),
        ];
    }

    /// <summary>Takes no more requests, finishes what has begun, and lets go. Safe to repeat.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        _services.Readiness.Enter(AgentPhase.Stopping);
        _services.Flows.Close();
        if (_api is not null)
            await _api.DisposeAsync().ConfigureAwait(false);
        if (_metrics is not null)
            await _metrics.DisposeAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _links.Dispose();
        _changes.Dispose();
        await _services.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }
}
