using Ciliate.Agent.Configuration;
using Ciliate.Agent.Hosting;
using Ciliate.Api;
using Ciliate.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ciliate.Agent.Tests.Fakes;

/// <summary>A whole agent over a fake datapath, spoken to through its socket: what tests of its interfaces begin with.</summary>
public abstract class ServedAgent : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("ciliate-agent-test-").FullName;
    private readonly TestNamespace _host = new("host");

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected TestNamespace Container { get; } = new("container");

    private protected FakeDatapath Datapath { get; } = new();

    private protected RunningAgent Running { get; private set; } = null!;

    protected AgentClient Client { get; private set; } = null!;

    protected string SocketPath => Path.Combine(_root, "run", "api.sock");

    /// <summary>Beside those that give it places of its own.</summary>
    protected virtual string[] Options => [];

    protected virtual TimeProvider Time => TimeProvider.System;

    public async ValueTask InitializeAsync()
    {
        Running = await RunningAgent.StartAsync(
            Configure(Options), _host.Namespace, Datapath, Time, NullLoggerProvider.Instance, Cancellation);
        Client = new AgentClient(SocketPath);
    }

    public async ValueTask DisposeAsync()
    {
        await Running.DisposeAsync();
        Container.Dispose();
        _host.Dispose();
        Directory.Delete(_root, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected AgentConfiguration Configure(params string[] options) => ConfigurationLoader.Load(
        CommandLine.Parse(["--state-dir", Path.Combine(_root, "state"), "--socket", SocketPath, .. options]),
        new Dictionary<string, string>(), "/nonexistent");
}
