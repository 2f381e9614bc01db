using Ciliate.Agent.Logging;
using Ciliate.Datapath;
using Ciliate.Linux;
using Ciliate.Netlink;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Endpoints;

/// <summary>Gives endpoints back what others on the host take away: programs, by deleting a filter, a qdisc or a link, the host's ways to them, by
/// setting an interface down, the gateway that these begin at, and forwarding at their interfaces. Used from the control loop only.</summary>
public sealed class EndpointGuard(IDatapath datapath, HostNetwork host, EndpointManager manager, ILogger logger)
{
    /// <summary>What changes in the namespace are told about. Safe to repeat, and cheap when nothing is missing.</summary>
    /// <param name="seen">As the namespace is.</param>
    public void CheckTold(HostView seen)
    {
        if (datapath.Hooks == HookKind.Clsact)
            CheckPrograms();
        RestoreWays(seen);
        RestoreForwarding(seen);
    }

    /// <summary>All: also that a tcx link was detached, which nobody tells and is to be asked of each. Safe to repeat.</summary>
    /// <param name="seen">As the namespace is.</param>
    public void Check(HostView seen)
    {
        CheckPrograms();
        RestoreWays(seen);
        RestoreForwarding(seen);
    }

    private void CheckPrograms()
    {
        foreach (Endpoint endpoint in Guarded())
        {
            IReadOnlyList<string> missing = datapath.MissingPrograms(endpoint.Id);
            // With its interface gone nothing passes: the watcher of links disconnects it.
            if (missing.Count > 0 && host.FindOwnLink(endpoint.HostIfIndex) is not null)
                RestorePrograms(endpoint, string.Join(" and ", missing));
        }
    }

    /// <summary>To come before <see cref="Check"/>: the host's ways to the endpoints begin at the gateway's addresses. Safe to repeat.</summary>
    /// <returns>Whether something was missing; the namespace is not as it was seen any more.</returns>
    /// <exception cref="AgentException">What is missing cannot be made again.</exception>
    public bool CheckGateway(HostView seen)
    {
        bool restored = host.RestoreGateway(seen);
        if (restored)
            logger.GatewayRestored(host.GatewayInterface);
        return restored;
    }

    /// <summary>Not those with a problem: they are tried again anyway, and nothing may be forwarded for one that has lost its programs.</summary>
    private Endpoint[] Guarded() => [.. manager.Endpoints.Rows.Where(endpoint => endpoint is { State: EndpointState.Ready, Problem: null })];

    private void RestorePrograms(Endpoint endpoint, string missing)
    {
        try
        {
            // Until they are back nobody judges what the container sends.
            host.Forwarding.Forbid(endpoint);
            manager.Attach(endpoint);
            logger.ProgramsRestored(endpoint.Id, endpoint.Name, missing, endpoint.HostInterface);
        }
        catch (Exception error) when (error is DatapathException or NetlinkException or LinuxException)
        {
            logger.ProgramsLost(endpoint.Id, endpoint.Name, missing, endpoint.HostInterface, error.Message);
            manager.PutProblem(endpoint, $"{missing} at {endpoint.HostInterface} taken away by somebody: {error.Message}");
        }
    }

    private void RestoreWays(HostView seen)
    {
        foreach (Endpoint endpoint in host.Ways.FindCut(Guarded(), seen))
        {
            // As with programs: without an interface there is nothing to lead to.
            if (host.FindOwnLink(endpoint.HostIfIndex) is not { } link)
                continue;
            Endpoint now = endpoint with { HostInterface = link.Name };
            host.Ways.Restore(now);
            // Who set it down may have given it another name.
            if (now != endpoint)
                manager.Endpoints.Put(now.Id, now);
            logger.WaysRestored(now.Id, now.Name, now.HostInterface);
        }
    }

    private void RestoreForwarding(HostView seen)
    {
        IReadOnlyList<Endpoint> forbidden = Forwarding.FindForbidden(Guarded(), seen);
        if (forbidden.Count == 0)
            return;
        foreach (Endpoint endpoint in forbidden)
            host.Forwarding.Allow(endpoint);
        logger.ForwardingRestored(string.Join(", ", forbidden.Select(endpoint => endpoint.HostInterface)));
    }
}
