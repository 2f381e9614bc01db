using Ciliate.Agent.Endpoints;
using Ciliate.Datapath;

namespace Ciliate.Agent.Health;

/// <summary>Looks at the agent's parts and puts on the board what is wrong with them. Used from the control loop only.</summary>
public sealed class HealthCheck(AgentServices agent)
{
    /// <summary>Of a table: from here on one should do something before it is full.</summary>
    private const double Full = 0.95;

    private const string Prefix = "state:";

    /// <summary>The subject of a disk that takes no changes.</summary>
    public const string Disk = Prefix + "disk";

    public void Run()
    {
        var problems = new Dictionary<string, string>();
        foreach (Endpoint endpoint in agent.Endpoints.Endpoints.Rows)
        {
            if (ProblemOf(endpoint) is { } problem)
                problems[$"{Prefix}endpoint {endpoint.Id}"] = problem;
        }

        if (agent.Disk.Check() is { } disk)
            problems[Disk] = disk;
        if (agent.Masquerade.Problem is { } masquerade)
            problems[Prefix + "masquerade"] = $"masquerade: {masquerade}";
        TableFill fill = agent.Datapath.ReadFill();
        CheckTable(problems, "flow", fill.Flows, agent.Configuration.FlowTableSize, "new connections are refused when it is full; raise flow-table-size");
        CheckTable(problems, "policy", fill.PolicyEntries, fill.PolicyCapacity, "policies that do not fit are refused; name fewer peers or ports");
        agent.Health.ReportAll(Prefix, problems);
    }

    private static string? ProblemOf(Endpoint endpoint) =>
        endpoint.State == EndpointState.Disconnected ? $"endpoint '{endpoint.Name}' is disconnected: its interface is gone; delete it" :
        endpoint.Problem is { } problem ? $"endpoint '{endpoint.Name}' is not up to date and is tried again: {problem}" : null;

    private static void CheckTable(Dictionary<string, string> problems, string table, long used, long limit, string consequence)
    {
        if (used >= limit * Full)
            problems[$"{Prefix}table {table}"] = $"the {table} table is nearly full, {used} of {limit}: {consequence}";
    }
}
