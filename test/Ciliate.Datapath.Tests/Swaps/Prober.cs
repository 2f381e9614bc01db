using Ciliate.Bpf;

namespace Ciliate.Datapath.Tests.Swaps;

/// <summary>Puts the three probes of <see cref="LiveRig"/> to the running programs, over and over. The commit word is read before and after:
/// where it was the same, all three must have been judged by its generation, and none by any other.</summary>
internal sealed class Prober : IDisposable
{
    private const int Redirect = 7;

    /// <summary>So many that in most cases the flow was last seen under an older generation, and is judged anew.</summary>
    private const int Ports = 500;

    private readonly LiveRig _rig;
    private readonly Thread _thread;
    private readonly byte[][] _even, _odd, _heard;
    private readonly HashSet<uint> _generations = [];
    private long _rounds, _mixed;
    private volatile string? _first;
    private volatile bool _stop;

    public Prober(LiveRig rig)
    {
        _rig = rig;
        _even = Frames(port => rig.FromWeb.Udp(port, LiveRig.EvenPort));
        _odd = Frames(port => rig.FromWeb.Udp(port, LiveRig.OddPort));
        _heard = Frames(port => rig.FromDb.Udp(port, LiveRig.HearPort));
        _thread = new Thread(() => rig.Host.Run(Probe)) { IsBackground = true, Name = "prober" };
        _thread.Start();
    }

    public long Rounds => Interlocked.Read(ref _rounds);

    /// <summary>Rounds that no single generation explains.</summary>
    public long Mixed => Interlocked.Read(ref _mixed);

    /// <summary>The first of them in words.</summary>
    public string? FirstMixed => _first;

    /// <summary>Generations that a whole round was judged by. To be asked after <see cref="Stop"/>.</summary>
    public int Generations => _generations.Count;

    public void Stop()
    {
        _stop = true;
        _thread.Join();
    }

    /// <summary>Returns when at least one whole round has begun and ended after the call.</summary>
    public void AwaitRound()
    {
        long wanted = Rounds + 2;
        SpinWait.SpinUntil(() => Rounds >= wanted);
    }

    public void Dispose() => Stop();

    private void Probe()
    {
        for (int i = 0; !_stop; i = (i + 1) % Ports)
        {
            ulong before = _rig.Commit;
            bool even = Passes(_rig.Web, _even[i]);
            bool odd = Passes(_rig.Web, _odd[i]);
            bool heard = Passes(_rig.Db, _heard[i]);
            if (_rig.Commit == before)
                Judge((uint)(before >> 32), even, odd, heard);
            Interlocked.Increment(ref _rounds);
        }
    }

    private void Judge(uint generation, bool even, bool odd, bool heard)
    {
        _generations.Add(generation);
        bool isOdd = LiveRig.IsOdd(generation);
        if ((even, odd, heard) == (!isOdd, isOdd, isOdd))
            return;
        Interlocked.Increment(ref _mixed);
        _first ??= $"generation {generation}: sends to {LiveRig.EvenPort} {even}, sends to {LiveRig.OddPort} {odd}, hears on {LiveRig.HearPort} {heard}";
    }

    private bool Passes(LiveContainer from, byte[] frame) => _rig.Datapath.Program(EndpointPrograms.FromContainer).TestRun(
        new TestRunInput { Data = frame, Context = new SkBuff { IfIndex = (uint)from.IfIndex }, OutputRoom = 0 }).ReturnValue == Redirect;

    private static byte[][] Frames(Func<int, byte[]> frame) => [.. Enumerable.Range(20_000, Ports).Select(frame)];
}
