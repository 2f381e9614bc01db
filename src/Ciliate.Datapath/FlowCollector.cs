using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ciliate.Bpf;
using Ciliate.Datapath.Abi;
using Ciliate.Linux;

namespace Ciliate.Datapath;

/// <summary>Removes flows that have ended. It reads the table in chunks and picks what looks over; the program <c>reap</c> of
/// bpf/collect.bpf.c looks again in the kernel, where a packet cannot come in between, and removes and counts. So a flow that a packet revives
/// after the look stays, and the counts never drift, whenever the agent ends. Thread-safe, and safe beside all other calls.</summary>
internal sealed class FlowCollector : IDisposable
{
    /// <summary>Entries that are looked at in one go: about a millisecond's work if all of them are removed.</summary>
    public const int Chunk = 1024;

    private const string Reap = "reap";
    private static readonly string[] UsedMaps = ["flows", "flow_quotas", "endpoints", "uplinks", "nat"];
    private const int MaxKeys = (int)CollectLimits.ReapKeys;

    private readonly BpfMap<FlowKey, Flow> _flows;
    private readonly EndpointTable _endpoints;
    private readonly TickClock _clock;
    private readonly ulong _grace;
    private readonly LoadedObject _object;
    private readonly BpfProgram _reap;

    public FlowCollector(BpfLoader loader, PinnedMaps maps, EndpointTable endpoints, TickClock clock, FlowTicks ticks)
    {
        (_flows, _endpoints, _clock, _grace) = (maps.Flows, endpoints, clock, ticks.Grace);
        var spec = DatapathObjects.Collect.Clone();
        spec.ConfigureMap("flows", map => map with { MaxEntries = maps.Flows.Map.Info.MaxEntries });
        spec.ConfigureMap("nat", map => map with { MaxEntries = maps.Nat.Map.Info.MaxEntries });
        spec.SetConstant("flow_ticks_grace", ticks.Grace);
        var used = maps.Shared.Where(map => UsedMaps.Contains(map.Key)).ToDictionary();
        _object = loader.Load(spec, new LoadOptions { MapReplacements = used, Programs = [Reap] });
        _reap = _object.Program(Reap);
    }

    /// <summary>One look at the whole table. Flows of endpoints that are gone end, and are removed when they
    /// have been so for a while like all others. <paramref name="pause"/> is called between chunks.</summary>
    public CollectionRound Collect(Action pause, CancellationToken cancellation) => Sweep(purge: 0, pause, cancellation);

    /// <summary>Ends every flow of an endpoint, so that its number can be given out again.</summary>
    public void Purge(ushort endpoint) => Sweep(endpoint, pause: null, CancellationToken.None);

    public void Dispose() => _object.Dispose();

    private CollectionRound Sweep(ushort purge, Action? pause, CancellationToken cancellation)
    {
        var request = new Request(_reap, purge);
        ulong now = _clock.Now();
        int removed = 0, seen = 0;
        var longest = TimeSpan.Zero;
        ulong since = KernelClock.OfThread;
        foreach (var (key, flow) in _flows.Entries(Chunk))
        {
            if (IsOver(flow, now, purge))
                removed += request.Add(key);
            if (++seen % Chunk != 0)
                continue;
            EndStep();
            if (cancellation.IsCancellationRequested)
                break;
            pause?.Invoke();
            since = KernelClock.OfThread;
            now = _clock.Now();
        }
        EndStep();
        return new CollectionRound(seen, removed, longest);

        void EndStep()
        {
            removed += request.Send();
            var step = TimeSpan.FromMicroseconds((KernelClock.OfThread - since) / 1000.0);
            longest = step > longest ? step : longest;
        }
    }

    private bool IsOver(in Flow flow, ulong now, ushort purge) =>
        unchecked((long)(now - flow.Expires)) > 0
            ? unchecked((long)(now - flow.Expires - _grace)) > 0
            : IsGone(flow.SourceEndpoint, purge) || IsGone(flow.DestinationEndpoint, purge);

    private bool IsGone(ushort endpoint, ushort purge) => endpoint != 0 && (endpoint == purge || !_endpoints.Exists(endpoint));

    /// <summary>Keys on their way to the kernel, which takes a few dozen at a time.</summary>
    private sealed class Request
    {
        private static readonly int HeaderSize = Unsafe.SizeOf<ReapRequest>(), KeySize = Unsafe.SizeOf<FlowKey>();

        private readonly byte[] _bytes = new byte[HeaderSize + (MaxKeys * KeySize)];
        private readonly BpfProgram _reap;
        private int _count;

        public Request(BpfProgram reap, ushort purge)
        {
            _reap = reap;
            MemoryMarshal.Write(_bytes, new ReapRequest { Purge = purge });
        }

        /// <summary>Flows that were removed, when it was time to send.</summary>
        public int Add(in FlowKey key)
        {
            MemoryMarshal.Write(_bytes.AsSpan(HeaderSize + (_count * KeySize)), key);
            return ++_count == MaxKeys ? Send() : 0;
        }

        public int Send()
        {
            if (_count == 0)
                return 0;
            var data = _bytes.AsMemory(0, HeaderSize + (_count * KeySize));
            _count = 0;
            return _reap.TestRun(new TestRunInput { Data = data, OutputRoom = 0 }).ReturnValue;
        }
    }
}
