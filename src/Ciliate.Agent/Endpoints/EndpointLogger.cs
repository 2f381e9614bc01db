using Ciliate.Agent.Logging;
using Ciliate.Agent.State;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Endpoints;

/// <summary>Logs what becomes of endpoints, from the table's change feed.</summary>
internal sealed class EndpointLogger(ILogger logger)
{
    public void Log(TableChange<Endpoint> change)
    {
        switch (change)
        {
            case { Before: null, After: { State: EndpointState.Ready } added }:
                logger.EndpointAdded(added.Id, added.Name, string.Join(' ', added.Addresses), added.Identity);
                break;
            case { Before: { } removed, After: null }:
                logger.EndpointDeleted(removed.Id, removed.Name);
                break;
            case { After: { State: EndpointState.Disconnected } gone } when change.Before?.State != EndpointState.Disconnected:
                logger.EndpointDisconnected(gone.Id, gone.Name, gone.HostInterface);
                break;
        }
    }
}
