using Ciliate.Agent.Configuration;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Policies;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Datapath;
using Ciliate.Policy;
using Ciliate.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using TrafficDirection = Ciliate.Datapath.TrafficDirection;

namespace Ciliate.Agent.Tests.Kernel;

/// <summary>The agent's parts over the kernel, in a namespace, on a BPF file system and with a state directory of their own. No thread but
/// the caller's changes anything.</summary>
internal sealed class KernelAgent : IDisposable
{
    private readonly BpfFileSystem _bpf = new();
    private readonly bool _tailors;

    /// <param name="tailors">Endpoints get programs of their own, which takes longer than most of what is looked at here.</param>
    public KernelAgent(bool tailors = false)
    {
        _tailors = tailors;
        Directory.CreateDirectory(PolicyDirectory);
        Configuration = ConfigurationLoader.Load(
            CommandLine.Parse(
            [
                "--state-dir", Path.Combine(Root, "state"), "--bpf-root", BpfRoot, "--socket", Path.Combine(Root, "api.sock"),
                "--policy-directory", PolicyDirectory,
            ]),
            new Dictionary<string, string>(), "/nonexistent");
        Start();
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("ciliate-agent-test-").FullName;

    public string BpfRoot => Path.Combine(_bpf.Path, "ciliate");

    /// <summary>Empty at first.</summary>
    public string PolicyDirectory => Path.Combine(Root, "policies");

    public AgentConfiguration Configuration { get; }

    public TestNamespace Host { get; } = new("host");

    public Dictionary<string, TestNamespace> Containers { get; } = [];

    public KernelDatapath Datapath { get; private set; } = null!;

    public AgentServices Services { get; private set; } = null!;

    /// <summary>Takes over what is there, as an agent does that starts.</summary>
    public void Start() => Start(Options);

    public DatapathOptions Options => new(BpfRoot, Configuration.Gateway, FlowTableSize: 1024, TailorPrograms: _tailors);

    public void Start(DatapathOptions options) => Host.Run(() =>
    {
        var datapath = KernelDatapath.Open(options);
        AgentServices? services = null;
        try
        {
            services = new AgentServices(Configuration, Host.Namespace, datapath, TimeProvider.System, NullLogger.Instance);
            services.Adopt();
        }
        catch
        {
            services?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            datapath.Dispose();
            throw;
        }

        (Datapath, Services) = (datapath, services);
    });

    /// <summary>Lets go of everything and takes nothing down.</summary>
    public void Stop()
    {
        Services.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Datapath.Dispose();
    }

    public void Add(EndpointRequest request) => Host.Run(() => { Services.Endpoints.Add(request); });

    /// <summary>In a namespace that is made for it, and stays.</summary>
    public EndpointRequest RequestFor(string name, params string[] labels)
    {
        if (!Containers.TryGetValue(name, out TestNamespace? container))
            Containers[name] = container = new TestNamespace(name);
        return new EndpointRequest(name, container.Path, labels);
    }

    public void Delete(string name) => Host.Run(() => Services.Endpoints.Delete(Find(name)));

    public void Relabel(string name, params string[] labels) =>
        Host.Run(() => { Services.Endpoints.Relabel(Find(name), LabelSet.ParseUserLabels(labels)); });

    public void Hook(string name, TrafficDirection at, string program) => Host.Run(() => { Services.Hooks.Add(Find(name), at, UserObjectFile.Request(program)); });

    public void Unhook(string name, TrafficDirection at) => Host.Run(() => Services.Hooks.Remove(Find(name), at));

    public void Apply(params string[] policies) => Host.Run(() =>
    {
        Services.Policies.Apply(
            [.. policies.SelectMany(yaml => PolicyReader.Read(yaml, "test.yaml")).Select(policy => new PolicySubmission(policy, "test.yaml"))]);
    });

    public void DeletePolicy(string name) => Host.Run(() => { Services.Policies.Delete(new PolicyKey(null, name)); });

    /// <summary>What is done every few seconds, or in the background.</summary>
    public void KeepHouse() => Host.Run(() =>
    {
        Services.RetryAdoption();
        Services.Programs.WorkOff();
        Services.EndpointIdentities.CleanUp();
        Services.Policies.CleanUp();
        Services.Hooks.RemoveUnused();
        Datapath.CompleteUpgrade();
        Datapath.ReclaimGenerations();
    });

    private Endpoint Find(string name) => Services.Endpoints.Endpoints.Rows.Single(endpoint => endpoint.Name == name);

    public void Dispose()
    {
        Stop();
        foreach (TestNamespace container in Containers.Values)
            container.Dispose();
        Host.Dispose();
        _bpf.Dispose();
        Directory.Delete(Root, recursive: true);
    }
}
