using System.Text.Json;
using Ciliate.Api;

namespace Ciliate.Agent.Configuration;

/// <summary>Each option with its value and where that came from.</summary>
public static class ConfigurationReport
{
    public static IReadOnlyList<ConfigurationEntry> Of(AgentConfiguration configuration) =>
        [.. configuration.Values.Select(value => new ConfigurationEntry(value.Option.Name, value.Text, value.Source, value.Option.Default))];

    /// <summary>As JSON, or as lines of a configuration file.</summary>
    public static void Write(AgentConfiguration configuration, bool json, TextWriter output)
    {
        IReadOnlyList<ConfigurationEntry> entries = Of(configuration);
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(entries, ReportJson.Default.IReadOnlyListConfigurationEntry));
            return;
        }

        foreach (ConfigurationEntry entry in entries)
            output.WriteLine($"{entry.Name}: {entry.Value}  # {entry.Source}");
    }
}
