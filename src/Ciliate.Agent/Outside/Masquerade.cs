using System.Net;
using System.Net.Sockets;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Logging;
using Ciliate.Datapath;
using Ciliate.Netlink;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Outside;

/// <summary>Keeps the datapath's uplinks those that the namespace has. Used from the control loop only.</summary>
public sealed class Masquerade(IDatapath datapath, HostNetwork host, MasqueradeSettings settings, ILogger logger)
{
    private readonly UplinkDiscovery _discovery = new(settings, host);
    private Uplink[]? _current;

    public MasqueradeSettings Settings => settings;

    /// <summary>Those that the datapath has.</summary>
    public IReadOnlyList<Uplink> Uplinks => _current ?? [];

    /// <summary>What the option names and no interface is called or matches, yet.</summary>
    public IReadOnlyList<string> MissingDevices { get; private set; } = [];

    /// <summary>What is wrong though masquerade is on, in one sentence; null when nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>What an agent does once, before the first refresh.</summary>
    public void Begin()
    {
        datapath.SetMasqueradeExclusions(settings.IsOn ? settings.Excluded : []);
        Refresh(host.Look());
    }

    /// <summary>Safe to repeat.</summary>
    public void Refresh(HostView seen)
    {
        Follow(seen);
        MasqueradeClaim.Put(host, settings, Uplinks);
    }

    private void Follow(HostView seen)
    {
        TellMissing(settings.IsOn ? _discovery.FindMissing(seen) : []);
        string? unusable = settings.IsOn ? ProblemOf(_discovery.FindUnusable(seen)) : null;
        Uplink[] found = settings.IsOn ? [.. _discovery.Find(seen)] : [];
        string[] lost = [.. found.Where(uplink => Uplinks.Contains(uplink) && !datapath.RunsAtUplink(uplink)).Select(uplink => uplink.Name)];
        TellProblem(lost.Length > 0 ? $"somebody has taken the program away from {string.Join(", ", lost)}; it is attached again" : unusable);
        if (_current is not null && lost.Length == 0 && found.SequenceEqual(_current))
            return;
        datapath.SetUplinks(found);
        _current = found;
        TellProblem(unusable);
        if (settings.IsOn)
            logger.UplinksChanged(found.Length == 0 ? "none" : string.Join(", ", found.Select(Text)));
    }

    /// <summary>The uplink by which the routes of this moment lead what a container sends to the address, and whose address it takes there; null when it keeps
    /// its own, or goes nowhere.</summary>
    public Uplink? UplinkTo(IPAddress destination)
    {
        bool isMasqueraded = destination.AddressFamily == AddressFamily.InterNetwork ? settings.IPv4 : settings.IPv6;
        if (!isMasqueraded || settings.Excluded.Any(range => range.Contains(destination)))
            return null;
        return host.Routes.FindRoute(destination) is { Type: RouteType.Unicast } route
            ? Uplinks.FirstOrDefault(uplink => uplink.IfIndex == route.LinkIndex)
            : null;
    }

    /// <summary>Why a family is not masqueraded, or null.</summary>
    public string? WhyNot(bool ipv4)
    {
        if (!(ipv4 ? settings.IPv4 : settings.IPv6))
            return "switched off";
        if (Uplinks.Any(uplink => (ipv4 ? uplink.IPv4 : uplink.IPv6) is not null))
            return null;
        if (Problem is not null)
            return Problem;
        string family = ipv4 ? "IPv4" : "IPv6";
        return settings.Devices is { } names
            ? $"no interface that is up and matches {string.Join(',', names)} has an {family} address"
            : $"no interface with an {family} default route has an {family} address";
    }

    private void TellMissing(IReadOnlyList<string> missing)
    {
        if (missing.SequenceEqual(MissingDevices))
            return;
        MissingDevices = missing;
        if (missing.Count > 0)
            logger.DevicesMissing(string.Join(", ", missing));
    }

    private void TellProblem(string? problem)
    {
        if (problem is not null && problem != Problem)
            logger.MasqueradeLimited(problem);
        Problem = problem;
    }

    private string? ProblemOf(IReadOnlyList<string> unusable)
    {
        if (unusable.Count == 0)
            return null;
        string names = string.Join(", ", unusable);
        return settings.Devices is null
            ? $"the default route leads by {names}, which has no Ethernet headers and cannot be an uplink; name uplinks in devices, or switch masquerade off"
            : $"devices names {names}, which has no Ethernet headers and cannot be an uplink; take it out";
    }

    private static string Text(Uplink uplink) =>
        $"{uplink.Name} ({string.Join(", ", new[] { uplink.IPv4, uplink.IPv6 }.Where(address => address is not null))})";
}
