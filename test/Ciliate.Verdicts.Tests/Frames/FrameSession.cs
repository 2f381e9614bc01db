using System.Globalization;
using Ciliate.Oracle.Frames;
using Ciliate.Testing;

namespace Ciliate.Verdicts.Tests.Frames;

/// <summary>One host on which frames come one after the other, with policies that change by rounds, and the oracle beside it.</summary>
/// <param name="setup">Containers of one family alone are none that the oracle knows: there programs are compared, and nobody is asked.</param>
/// <param name="change">Spoils what the kernel is given of policies; null in earnest.</param>
internal sealed class FrameSession(TestNamespace host, int seed, FrameSetup setup, Func<Datapath.PolicyEntry, Datapath.PolicyEntry>? change) : IDisposable
{
    private const int Next = -1, Pass = 0, Shot = 2, Redirect = 7;

    private readonly FrameRig _rig = new(host, setup);
    private FrameJudge? _judge;
    private UplinkLedger? _ledger;
    private IFramePolicy? _policy;

    public FrameRig Rig => _rig;

    /// <summary>Ports that the round's policies name, and those beside them.</summary>
    public int[] Ports { get; private set; } = World.Ports;

    /// <summary>Frames that passed.</summary>
    public int Passed { get; private set; }

    /// <summary>Other containers' labels and other policies. Equal seeds and rounds give equal ones.</summary>
    public void Begin(int round)
    {
        var random = new Random(unchecked((seed * 1_000_003) + round));
        var world = World.Random(random);
        var policies = new PolicyGenerator(random).Policies();
        _rig.Publish(new Engine(world, PolicyText.Of(policies)), change);
        _policy = new RoundPolicy(world, policies);
        _judge ??= new FrameJudge(_rig.Site, () => _policy!);
        _ledger ??= new UplinkLedger(_rig.Site);
        Ports = [.. World.Ports, .. policies.SelectMany(WrittenPorts.Of)
            .Select(port => int.TryParse(port.Number, NumberStyles.None, CultureInfo.InvariantCulture, out int first) ? first : 0)];
    }

    /// <summary>Null, or what the kernel let pass against the oracle. <paramref name="after"/> is the frame that passed; null if none did.</summary>
    public string? Send(FrameShot shot, out byte[]? after)
    {
        after = null;
        if (!CanBeRun(shot.Frame))
            return null;
        string? refusal = shot.Hook switch
        {
            HookPoint.FromContainer => _judge!.RefusalFromContainer(shot.Container, shot.Frame),
            HookPoint.ToContainer => _judge!.RefusalToContainer(shot.Container, _rig.InterfaceOf(shot.ArrivedOn), shot.Translated, shot.Frame),
            _ => null,
        };
        var (run, difference) = _rig.Run(shot);
        if (difference is not null)
            return difference;
        // what a flow may do it may do even if the packet that opened it found no port to leave by
        if (refusal is null && shot.Hook != HookPoint.FromUplink)
            _judge!.NoteAllowed(shot.Container, shot.Hook == HookPoint.ToContainer && shot.ArrivedOn == FrameShot.ByHost, shot.Frame);
        bool denied = run.Verdict == Shot || (shot.Hook == HookPoint.FromUplink && run.Verdict == Next);
        if (denied)
            return null;
        after = run.Data;
        Passed++;
        if (run.Verdict is not (Pass or Redirect))
            return $"the program returned {run.Verdict}";
        return setup.Only is null ? refusal ?? FaultOf(shot, run.Verdict, after) : null;
    }

    public void Dispose() => _rig.Dispose();

    /// <summary>A test run takes no IP packet that ends within its first header.</summary>
    private static bool CanBeRun(byte[] frame) => (frame[12] << 8 | frame[13]) switch
    {
        0x0800 => frame.Length >= 34,
        0x86dd => frame.Length >= 54,
        _ => true,
    };

    private string? FaultOf(FrameShot shot, int verdict, byte[] after)
    {
        if (shot.Hook == HookPoint.FromUplink)
            return _ledger!.FaultOfReceived(shot.Frame, after);
        bool answered = after.AsSpan(0, 6).SequenceEqual(_rig.Site.Containers[shot.Container].Mac);
        if (shot.Hook == HookPoint.ToContainer || verdict == Pass || answered)
            return null;
        bool isIPv6 = shot.Frame[12] == 0x86;
        var destination = isIPv6 ? Wire.IPv6(shot.Frame, 38) : Wire.IPv4(shot.Frame, 30);
        return _rig.Site.OwnerOf(destination) is { } peer
            ? after.AsSpan(0, 6).SequenceEqual(peer.Mac) ? null : "handed to somebody else"
            : _ledger!.FaultOfSent(shot.Frame, after);
    }
}
