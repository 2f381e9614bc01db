using System.Diagnostics;
using Ciliate.Api;
using Ciliate.Bench.Topologies;
using Ciliate.Testing;

namespace Ciliate.Bench.Control;

/// <summary>A node with the real agent, asked by its API alone, and containers c0, c1 … that nobody speaks in.</summary>
internal sealed class ScaleNode : IDisposable
{
    private static readonly TimeSpan s_readyWithin = TimeSpan.FromSeconds(60), s_settledWithin = TimeSpan.FromMinutes(3);

    private readonly Resources _resources = new();
    private readonly TestNamespace _node;
    private readonly string _agent;
    private readonly string[] _options;
    private readonly AgentClient _client;
    private TestProcess _process;
    private int _containers;

    public ScaleNode(string binaries)
    {
        _agent = Path.Combine(binaries, "ciliated");
        string directory = Directory.CreateTempSubdirectory("ciliate-bench-").FullName;
        _resources.OnDispose(() => Directory.Delete(directory, recursive: true));
        var bpf = _resources.Add(new BpfFileSystem());
        _node = _resources.Add(new TestNamespace("ciliate-scale"));
        string socket = Path.Combine(directory, "ciliate.sock");
        _options = ["--socket", socket, "--state-dir", Path.Combine(directory, "state"), "--bpf-root", Path.Combine(bpf.Path, "ciliate")];
        _client = new AgentClient(socket);
        _process = TestProcess.Start(_node, _agent, _options);
        _resources.OnDispose(() => _process.Dispose());
        try
        {
            AwaitReady();
        }
        catch
        {
            _resources.Dispose();
            throw;
        }
    }

    public int ProcessId => _process.Id;

    /// <returns>Milliseconds from the request to the answer: the container is connected and protected then.</returns>
    public double AddContainer()
    {
        string name = $"c{_containers++}";
        var container = _resources.Add(new TestNamespace(name));
        return Time(client => client.PutEndpointAsync(name, new EndpointChangeRequest([$"app={name}"], container.Path), default));
    }

    /// <returns>Milliseconds from the request to the answer: every endpoint runs it then.</returns>
    public double Apply(string yaml) => Time(client => client.PutPoliciesAsync([new PolicyFile("bench.yaml", yaml)], default));

    /// <returns>Milliseconds of a question that the control loop answers.</returns>
    public double Ask() => Time(client => client.GetEndpointAsync("c0", default));

    /// <summary>Ends the agent and starts another on the same state.</summary>
    /// <returns>Milliseconds until it is ready.</returns>
    public double Restart()
    {
        _process.Dispose();
        long start = Stopwatch.GetTimestamp();
        _process = TestProcess.Start(_node, _agent, _options);
        AwaitReady();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>Waits until each container runs the programs that are made for it.</summary>
    /// <returns>Seconds that it took.</returns>
    public double Settle()
    {
        long start = Stopwatch.GetTimestamp();
        while (_client.GetStatusAsync(default).GetAwaiter().GetResult().Endpoints.Unsettled > 0)
        {
            if (Stopwatch.GetElapsedTime(start) > s_settledWithin)
                throw new BenchException("the containers' own programs are not there");
            Thread.Sleep(50);
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public void Dispose() => _resources.Dispose();

    private double Time(Func<AgentClient, Task> request)
    {
        long start = Stopwatch.GetTimestamp();
        request(_client).GetAwaiter().GetResult();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private void AwaitReady()
    {
        long start = Stopwatch.GetTimestamp();
        while (!IsReady())
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(start) > s_readyWithin)
                throw new BenchException($"ciliated is not ready: {_process.Errors.TrimEnd().Split('\n')[^1]}");
            Thread.Sleep(1);
        }
    }

    private bool IsReady()
    {
        try
        {
            _client.GetStatusAsync(default).GetAwaiter().GetResult();
            return true;
        }
        catch (ApiException)
        {
            return false;
        }
    }
}
