using Ciliate.Bpf;
using Ciliate.Linux;

namespace Ciliate.Datapath.Hooks;

/// <summary>tcx links, each pinned under the name of its program: the pin is the record.</summary>
internal sealed class TcxHooks : IHookBackend
{
    public HookKind Kind => HookKind.Tcx;

    public string Attach(HookPlace place, BpfProgram program)
    {
        var pin = Path.Combine(place.Directory, place.Program);
        if (File.Exists(pin))
        {
            using var existing = BpfLink.OpenPinned(pin);
            if (existing.ReadInfo().IfIndex == place.IfIndex)
            {
                existing.Update(program);
                return pin;
            }
            // The interface it was on is gone, and what it is pinned for is another one.
            FileSystem.Remove(pin);
        }
        using var link = HookOf(place).Attach(program);
        link.Pin(pin);
        return pin;
    }

    public bool Runs(string directory, string program)
    {
        try
        {
            return ProgramOf(Path.Combine(directory, program)) != 0;
        }
        catch (LinuxException error) when (error.Errno == Errno.ENOENT)
        {
            return false;
        }
    }

    public bool Owns(string record) => File.Exists(record);

    public void Release(string record)
    {
        using (var link = BpfLink.OpenPinned(record))
        {
            // The kernel has detached it already if the interface is gone.
            if (link.ReadInfo().IfIndex != 0)
                link.Detach();
        }
        FileSystem.Remove(record);
    }

    public int InterfaceOf(string record)
    {
        using var link = BpfLink.OpenPinned(record);
        return link.ReadInfo().IfIndex;
    }

    public uint ProgramOf(string record)
    {
        using var link = BpfLink.OpenPinned(record);
        var info = link.ReadInfo();
        return info.IfIndex != 0 ? info.ProgramId : 0;
    }

    public void Dispose() { }

    private static IHook HookOf(HookPlace place) => place.Direction == HookDirection.Ingress
        ? Hook.TcxIngress(place.IfIndex)
        : Hook.TcxEgress(place.IfIndex);
}
