using System.Net;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Identities;
using Ciliate.Agent.Policies;
using Ciliate.Agent.State;
using Ciliate.Datapath;

namespace Ciliate.Agent.Flows;

/// <summary>Takes verdict events from the datapath, gives their numbers names while these are still known, and writes the flow log.</summary>
public sealed class FlowRecorder(
    IDatapath datapath, FlowLog log, Table<ushort, Endpoint> endpoints, IdentityAllocator identities, RuleCatalog rules)
{
    private ulong _sequence;

    /// <summary>Runs until cancelled or until the datapath is disposed.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (VerdictEvent verdict in datapath.Events.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            log.Add(Name(verdict));
    }

    private FlowRecord Name(VerdictEvent verdict) => new(
        ++_sequence,
        verdict,
        Peer(verdict.Source, verdict.SourcePort, verdict.SourceIdentity, verdict.SourceEndpoint),
        Peer(verdict.Destination, verdict.DestinationPort, verdict.DestinationIdentity, verdict.DestinationEndpoint),
        verdict.Verdict == VerdictKind.Dropped ? DropReasons.Describe(verdict.DropReason) : null,
        rules.TextOf(verdict.RuleId));

    private FlowPeer Peer(IPAddress? address, ushort port, uint identity, ushort endpointId) =>
        new(address, port, identity, endpointId, endpoints.Find(endpointId)?.Name, identities.LabelsOf(identity));
}
