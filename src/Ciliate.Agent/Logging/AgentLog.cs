using Ciliate.Agent.Policies;
using Ciliate.Policy;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Logging;

/// <summary>Everything the agent ever logs.</summary>
internal static partial class AgentLog
{
    [LoggerMessage(1, LogLevel.Information, "ciliated {Version} starts: state in {StateDirectory}, maps in {BpfRoot}")]
    public static partial void Starting(this ILogger logger, string version, string stateDirectory, string bpfRoot);

    [LoggerMessage(2, LogLevel.Information, "ready on {Socket}: {Endpoints} endpoints, {Policies} policies")]
    public static partial void Ready(this ILogger logger, string socket, int endpoints, int policies);

    [LoggerMessage(3, LogLevel.Information, "ends; containers stay connected and protected")]
    public static partial void Stopping(this ILogger logger);

    [LoggerMessage(10, LogLevel.Information, "endpoint {Id} ({Name}) added: {Addresses}, identity {Identity}")]
    public static partial void EndpointAdded(this ILogger logger, ushort id, string name, string addresses, uint identity);

    [LoggerMessage(11, LogLevel.Information, "endpoint {Id} ({Name}) deleted")]
    public static partial void EndpointDeleted(this ILogger logger, ushort id, string name);

    [LoggerMessage(12, LogLevel.Warning, "endpoint {Id} ({Name}) is disconnected: its interface {HostInterface} is gone")]
    public static partial void EndpointDisconnected(this ILogger logger, ushort id, string name, string hostInterface);

    [LoggerMessage(13, LogLevel.Information, "{Adopted} endpoints adopted, {Disconnected} disconnected, {Pruned} without a record removed")]
    public static partial void Adopted(this ILogger logger, int adopted, int disconnected, int pruned);

    [LoggerMessage(14, LogLevel.Information, "interface {Name} has no record and is deleted")]
    public static partial void StrayLinkDeleted(this ILogger logger, string name);

    [LoggerMessage(15, LogLevel.Warning, "endpoint {Id} ({Name}) lost its interface and could not be taken out of the kernel; delete it: {Problem}")]
    public static partial void DisconnectFailed(this ILogger logger, ushort id, string name, string problem);

    [LoggerMessage(16, LogLevel.Error, "endpoint {Id} ({Name}) cannot be adopted and is disconnected; delete it and add it again: {Problem}")]
    public static partial void AdoptionFailed(this ILogger logger, ushort id, string name, string problem);

    [LoggerMessage(17, LogLevel.Error, "endpoint {Id} ({Name}) goes on with programs or policy from before, and is tried again: {Problem}")]
    public static partial void AdoptionIncomplete(this ILogger logger, ushort id, string name, string problem);

    [LoggerMessage(18, LogLevel.Information, "endpoint {Id} ({Name}) is up to date")]
    public static partial void AdoptionCompleted(this ILogger logger, ushort id, string name);

    [LoggerMessage(20, LogLevel.Information, "policies are at revision {Revision}: {Policies} policies, {Published} endpoints changed")]
    public static partial void PoliciesChanged(this ILogger logger, long revision, int policies, int published);

    [LoggerMessage(24, LogLevel.Error, "{Problem}; the policies from before stay in force")]
    public static partial void PoliciesNotFollowed(this ILogger logger, string problem);

    [LoggerMessage(29, LogLevel.Warning, "policy-directory is none: {Count} policies that came from one are no longer in force")]
    public static partial void FollowedPoliciesLeft(this ILogger logger, int count);

    [LoggerMessage(34, LogLevel.Warning, "policy {Policy} is no longer in force: it is gone from the policy directory, where it was in {File}")]
    private static partial void FollowedPolicyGone(this ILogger logger, PolicyKey policy, string file);

    /// <summary>A line for each policy that a change of the policy directory took away.</summary>
    public static void FollowedPoliciesGone(this ILogger logger, PolicyState before, PolicyOutcome outcome)
    {
        foreach (PolicyKey policy in outcome.Deleted)
            logger.FollowedPolicyGone(policy, before.Origins[policy].File);
    }

    [LoggerMessage(21, LogLevel.Warning, "endpoint {Id} ({Name}): somebody had taken {Programs} away from {HostInterface}; attached again")]
    public static partial void ProgramsRestored(this ILogger logger, ushort id, string name, string programs, string hostInterface);

    [LoggerMessage(22, LogLevel.Error, "endpoint {Id} ({Name}) is not guarded: somebody has taken {Programs} away from {HostInterface}, and attaching is tried again: {Problem}")]
    public static partial void ProgramsLost(this ILogger logger, ushort id, string name, string programs, string hostInterface, string problem);

    [LoggerMessage(23, LogLevel.Warning,
        "somebody had switched off forwarding at {HostInterfaces} (net.ipv4.ip_forward and net.ipv6.conf.all.forwarding write every interface); switched on again")]
    public static partial void ForwardingRestored(this ILogger logger, string hostInterfaces);

    [LoggerMessage(28, LogLevel.Warning,
        "endpoint {Id} ({Name}): somebody had taken away the host's routes or neighbours at {HostInterface} (setting it down does); made again, and the interface is up")]
    public static partial void WaysRestored(this ILogger logger, ushort id, string name, string hostInterface);

    [LoggerMessage(32, LogLevel.Warning,
        "somebody had taken away {GatewayInterface}, an address of it, or a route that closes a range of addresses; made again")]
    public static partial void GatewayRestored(this ILogger logger, string gatewayInterface);

    [LoggerMessage(35, LogLevel.Warning, "endpoint {Id} ({Name}) is guarded by its first programs, and settling them is tried again: {Problem}")]
    public static partial void ProgramsUnsettled(this ILogger logger, ushort id, string name, string problem);

    [LoggerMessage(36, LogLevel.Warning, "endpoint {Id} ({Name}) keeps the programs that all endpoints share: {Refusal}")]
    public static partial void ProgramsRefused(this ILogger logger, ushort id, string name, string refusal);

    [LoggerMessage(37, LogLevel.Debug, "endpoint {Id} ({Name}) has programs of its own")]
    public static partial void ProgramsTailored(this ILogger logger, ushort id, string name);

    [LoggerMessage(25, LogLevel.Information, "uplinks: {Uplinks}")]
    public static partial void UplinksChanged(this ILogger logger, string uplinks);

    [LoggerMessage(26, LogLevel.Warning, "devices: there is no interface {Devices}; it becomes an uplink when it comes, or correct the option")]
    public static partial void DevicesMissing(this ILogger logger, string devices);

    [LoggerMessage(27, LogLevel.Warning, "masquerade: {Problem}")]
    public static partial void MasqueradeLimited(this ILogger logger, string problem);

    [LoggerMessage(30, LogLevel.Warning, "could not take back '{Step}': {Problem}")]
    public static partial void UndoFailed(this ILogger logger, string step, string problem);

    [LoggerMessage(19, LogLevel.Warning, "{Problem}")]
    public static partial void IdentitiesIncomplete(this ILogger logger, string problem);

    [LoggerMessage(33, LogLevel.Warning, "somebody had taken away or cut {Count} state files, {First} first; written again from what the agent knows")]
    public static partial void StateRestored(this ILogger logger, int count, string first);

    [LoggerMessage(31, LogLevel.Warning, "{Task} failed and is tried again: {Problem}")]
    public static partial void PeriodicTaskFailed(this ILogger logger, string task, string problem);

    [LoggerMessage(40, LogLevel.Error, "request {Method} {Path} failed")]
    public static partial void RequestFailed(this ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(41, LogLevel.Warning, "request {Method} {Path} failed: {Problem}")]
    public static partial void RequestRefused(this ILogger logger, string method, string path, string problem);

    [LoggerMessage(50, LogLevel.Debug, "{Count} expired flows removed")]
    public static partial void FlowsCollected(this ILogger logger, int count);
}
