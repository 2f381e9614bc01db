using Ciliate.Agent.Configuration;
using Ciliate.Api;
using Microsoft.AspNetCore.Http;

namespace Ciliate.Agent.Api;

/// <summary>/v1/config</summary>
internal sealed class ConfigurationHandlers(AgentServices agent)
{
    public Task GetAsync(HttpContext context) => Requests.WriteAsync(
        context, ConfigurationReport.Of(agent.Configuration), ApiJson.Default.IReadOnlyListConfigurationEntry);
}
