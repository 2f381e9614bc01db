using System.Net;
using Ciliate.Bpf;

namespace Ciliate.Datapath;

/// <summary>The way to the outside: uplinks and masquerade.</summary>
public sealed partial class KernelDatapath
{
    public void SetUplinks(IReadOnlyList<Uplink> uplinks) => Explain($"set the uplinks to {Told(uplinks)}", () =>
    {
        var used = _nat.UsedUplinks();
        // Inwards first: what comes back must be known before anything can leave.
        _uplinkPrograms.Set(uplinks, _uplinks.InterfacesOf(used));
        _uplinks.Set(uplinks, used.Contains);
    });

    public bool RunsAtUplink(Uplink uplink) =>
        Explain($"look at the program of {uplink.Name}", () => _uplinkPrograms.RunsAt(uplink.IfIndex));

    public void SetMasqueradeExclusions(IReadOnlyList<IPNetwork> prefixes) =>
        Explain("set the ranges that are not masqueraded", () => _nat.SetExclusions(prefixes));

    public IReadOnlyList<NatRow> DumpNat() => Explain("read the masqueraded flows", _nat.Dump);

    /// <summary>The uplink in the tables, and its program loaded but not attached: for runs without a wire.</summary>
    internal LoadedObject PrepareUplink(Uplink uplink)
    {
        RegisterUplink(uplink);
        return LoadProgram(uplink);
    }

    internal void RegisterUplink(Uplink uplink)
    {
        var used = _nat.UsedUplinks();
        _uplinks.Set([uplink], used.Contains);
    }

    /// <summary>The program of a registered uplink.</summary>
    internal LoadedObject LoadProgram(Uplink uplink) => _uplinkPrograms.Load(uplink);

    private static string Told(IReadOnlyList<Uplink> uplinks) =>
        uplinks.Count == 0 ? "none" : string.Join(", ", uplinks.Select(uplink => uplink.Name));
}
