using System.Text.Json;
using Ciliate.EndToEnd.Tests.OneHost;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Interfaces;

public sealed class ConfigShowTests
{
    [Fact]
    public void A_running_agent_tells_its_options_and_offline_those_of_the_next_one()
    {
        using var host = new Host("--log-level", "debug");
        string file = host.Roots.Write("next.yaml", "# the next one\nflow-table-size: 4096\n");

        JsonElement running = host.Ciliate.Json("config", "show");
        JsonElement next = host.Ciliate.Json("config", "show", "--offline", "--config", file);

        Assert.Equal(("debug", "--log-level"), Find(running, "log-level"));
        Assert.Equal((host.Roots.State, "--state-dir"), Find(running, "state-dir"));
        Assert.Equal(("131072", "default"), Find(running, "flow-table-size"));
        Assert.Equal(("4096", $"{file}:2"), Find(next, "flow-table-size"));
        Assert.Equal((host.Roots.Socket, "CILIATE_SOCKET"), Find(next, "socket"));
        Assert.Equal(Names(running), Names(next));
    }

    [Fact]
    public void A_key_that_does_not_exist_is_refused_with_the_nearest_one()
    {
        using var host = new Host();
        string file = host.Roots.Write("wrong.yaml", "state-dirs: /x\n");

        Assert.Contains(
            $"{file}:1: unknown option 'state-dirs', did you mean 'state-dir'?",
            host.Ciliate.Refused("config", "show", "--offline", "--config", file), StringComparison.Ordinal);
    }

    private static (string? Value, string? Source) Find(JsonElement entries, string name)
    {
        JsonElement entry = entries.EnumerateArray().Single(entry => entry.GetProperty("name").GetString() == name);
        return (entry.GetProperty("value").GetString(), entry.GetProperty("source").GetString());
    }

    private static string?[] Names(JsonElement entries) => [.. entries.EnumerateArray().Select(entry => entry.GetProperty("name").GetString())];
}
