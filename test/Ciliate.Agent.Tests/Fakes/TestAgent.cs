using Ciliate.Agent.Configuration;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Policies;
using Ciliate.Policy;
using Ciliate.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ciliate.Agent.Tests.Fakes;

/// <summary>The agent's parts over a fake datapath, with real links in a namespace of its own and state in a directory of its own.</summary>
internal sealed class TestAgent : IDisposable
{
    private readonly List<TestNamespace> _containers = [];

    public TestAgent(params string[] arguments)
    {
        Configuration = Configure(arguments);
        Restart();
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("ciliate-agent-test-").FullName;

    public AgentConfiguration Configuration { get; private set; }

    public TestNamespace Host { get; } = new("host");

    public FakeDatapath Datapath { get; } = new();

    public AgentServices Services { get; private set; } = null!;

    public IReadOnlyList<string> HostLinks => [.. Host.Route.ListLinks().Select(link => link.Name).Where(name => name != "lo").Order()];

    public IReadOnlyList<string> StateFiles =>
        [.. Directory.EnumerateFiles(Configuration.StateDirectory, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Configuration.StateDirectory, path)).Order()];

    /// <summary>Ends the agent without taking anything down, as a kill would, and starts another on the same roots.</summary>
    public void Restart()
    {
        Services?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Services = new AgentServices(Configuration, Host.Namespace, Datapath, TimeProvider.System, NullLogger.Instance);
        Services.Adopt();
    }

    /// <summary>The same with other options.</summary>
    public void RestartWith(params string[] arguments)
    {
        Configuration = Configure(arguments);
        Restart();
    }

    public TestNamespace NewContainer()
    {
        var container = new TestNamespace("container");
        _containers.Add(container);
        return container;
    }

    private AgentConfiguration Configure(string[] arguments)
    {
        string[] all = ["--state-dir", Path.Combine(Root, "state"), "--socket", Path.Combine(Root, "api.sock"), .. arguments];
        return ConfigurationLoader.Load(CommandLine.Parse(all), new Dictionary<string, string>(), "/nonexistent");
    }

    public Endpoint Add(string name, params string[] labels) => Add(NewContainer(), name, labels);

    public Endpoint Add(TestNamespace container, string name, params string[] labels) =>
        Services.Endpoints.Add(new EndpointRequest(name, container.Path, labels));

    public PolicyOutcome Apply(params string[] policies) => Services.Policies.Apply(
        [.. policies.SelectMany(yaml => PolicyReader.Read(yaml, "test.yaml")).Select(policy => new PolicySubmission(policy, "test.yaml"))]);

    public void Dispose()
    {
        Services.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _containers.ForEach(container => container.Dispose());
        Host.Dispose();
        Directory.Delete(Root, recursive: true);
    }
}
