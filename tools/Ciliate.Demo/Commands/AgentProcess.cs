using Ciliate.Demo.Machine;
using Ciliate.Demo.Output;

namespace Ciliate.Demo.Commands;

/// <summary>The agent, started inside its namespace with roots of its own.</summary>
internal sealed class AgentProcess
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(15);

    private readonly World _world;
    private readonly string _hostPath;
    private ChildProcess? _process;

    public AgentProcess(World world, string hostPath)
    {
        _world = world;
        _hostPath = hostPath;
        Socket = Path.Combine(world.Directory, "ciliate.sock");
    }

    public string Socket { get; }

    public async Task StartAsync(string binary, CiliateCommand ciliate, Narrator narrator, CancellationToken cancellation)
    {
        string[] arguments =
        [
            "--socket", Socket, "--state-dir", _world.MakeDirectory("state"), "--bpf-root", Path.Combine(_world.BpfFileSystem, "ciliate"),
        ];
        narrator.Command("ciliated " + string.Join(' ', arguments));
        _process = _world.Start(_hostPath, binary, arguments);
        TimeSpan deadline = narrator.Elapsed + ReadyWithin;
        while (!await ciliate.SucceedsAsync(cancellation, "status"))
        {
            if (_process.HasExited || narrator.Elapsed > deadline)
            {
                throw new DemoException($"ciliated did not become ready: {LastLine()}");
            }

            await Task.Delay(20, cancellation);
        }
    }

    /// <summary>SIGTERM, as a service manager would.</summary>
    public async Task StopAsync()
    {
        if (_process is not null && !await _process.StopAsync(TimeSpan.FromSeconds(5)))
        {
            throw new DemoException("ciliated did not stop within 5 s of SIGTERM");
        }
    }

    private string LastLine() => _process!.Errors is { Length: > 0 } errors ? errors.Split('\n')[^1] : "it said nothing";
}
