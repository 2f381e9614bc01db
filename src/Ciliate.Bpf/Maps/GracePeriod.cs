using Ciliate.Linux;

namespace Ciliate.Bpf;

/// <summary>Waits for the programs that run at this moment. The kernel does it by itself before it answers a change of a map of maps
/// (maybe_wait_bpf_programs in kernel/bpf/syscall.c), on every kernel and however its processors are set up; membarrier(2) does not where
/// a processor is kept free of ticks (nohz_full), nor where there is one processor alone. Thread-safe.</summary>
public sealed class GracePeriod : IDisposable
{
    private readonly BpfMap _inner;
    private readonly BpfMap _outer;
    private readonly BpfMap<uint, int> _view;

    /// <exception cref="LinuxException">The kernel refuses the maps.</exception>
    public GracePeriod()
    {
        var inner = new MapSpec("grace_inner", MapType.Array) { KeySize = sizeof(uint), ValueSize = sizeof(uint), MaxEntries = 1 };
        _inner = BpfMap.Create(inner);
        try
        {
            _outer = BpfMap.Create(new MapSpec("grace_period", MapType.ArrayOfMaps) { KeySize = sizeof(uint), MaxEntries = 1, Inner = inner });
        }
        catch
        {
            _inner.Dispose();
            throw;
        }

        _view = _outer.As<uint, int>();
    }

    /// <summary>Returns when every program that ran at the call has ended: none can see any more what was unlinked before. Takes some
    /// milliseconds.</summary>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public void Wait() => _view.Update(0, _inner.Descriptor.Number);

    public void Dispose()
    {
        _outer.Dispose();
        _inner.Dispose();
    }
}
