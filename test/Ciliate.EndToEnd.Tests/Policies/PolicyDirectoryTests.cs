using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;
using static Ciliate.EndToEnd.Tests.Probes.Expectations;

namespace Ciliate.EndToEnd.Tests.Policies;

/// <summary>Policies as files in a directory that the agent follows.</summary>
public sealed class PolicyDirectoryTests : IDisposable
{
    private const int Port = 80;

    private readonly AgentRoots _roots = new();
    private readonly string _directory;
    private readonly Host _host;
    private readonly Container _server;
    private readonly Container _client;
    private readonly EchoServer _echo;

    public PolicyDirectoryTests()
    {
        _directory = _roots.MakeDirectory("policies");
        _host = new Host(_roots, "--policy-directory", _directory);
        _server = _host.Add("server");
        _client = _host.Add("client");
        _echo = new EchoServer(_server.Network, Port);
    }

    public void Dispose()
    {
        _echo.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void A_file_is_in_force_as_long_as_it_lies_there_and_a_broken_one_changes_nothing()
    {
        Write("other.yml", PolicyText.Ingress("other", "nobody"));
        Write("server.yaml", PolicyText.Ingress("server", "nobody"));
        WaitForPolicies(2);
        _host.Drops(_client, _server, Port, Family.IPv4, Transport.Tcp, IngressDenied);

        Write("server.yaml", "kind: CiliumNetworkPolicy\nspec: [");
        Eventually.Holds(() => Sentence().Contains("server.yaml", StringComparison.Ordinal), "the broken file is told in the status");
        _host.Drops(_client, _server, Port, Family.IPv6, Transport.Tcp, IngressDenied);
        Assert.Contains(Path.Combine(_directory, "server.yaml"), _host.Ciliate.Refused("policy", "delete", "server"), StringComparison.Ordinal);

        Write("server.yaml", PolicyText.Ingress("server", "client"));
        Eventually.Holds(() => Sentence().StartsWith("ok", StringComparison.Ordinal), "the file is good again");
        _host.Passes(_client, _server, Port, Family.IPv6, Transport.Tcp);

        File.Delete(Path.Combine(_directory, "server.yaml"));
        WaitForPolicies(1);
        _host.Passes(_client, _server, Port, Family.IPv4, Transport.Udp);
    }

    /// <summary>A writer of many small pieces, each of which leaves a valid file.</summary>
    [Fact]
    public void What_is_read_is_never_half_of_what_is_being_written()
    {
        Write("server.yaml", PolicyText.Ingress("server", "nobody"));
        WaitForPolicies(1);
        long before = Revision();

        using (StreamWriter file = File.CreateText(Path.Combine(_directory, "many.yaml")))
        {
            for (int i = 0; i < 100; i++)
            {
                file.Write($"---\n{PolicyText.Ingress($"app-{i}", "nobody")}\n");
                file.Flush();
                Thread.Sleep(10);
            }
        }

        WaitForPolicies(101);
        Assert.Equal(before + 1, Revision());
    }

    [Fact]
    public void What_was_written_while_the_agent_was_away_is_in_force_when_it_is_back()
    {
        _host.Agent.Kill();
        Write("server.yaml", PolicyText.Ingress("server", "nobody"));

        _host.Agent.Start();

        _host.Drops(_client, _server, Port, Family.IPv4, Transport.Tcp, IngressDenied);
    }

    [Fact]
    public void With_a_broken_file_the_agent_does_not_start_and_the_policy_from_before_stays_in_the_kernel()
    {
        Write("server.yaml", PolicyText.Ingress("server", "nobody"));
        WaitForPolicies(1);
        _host.Agent.Kill();
        Write("server.yaml", "kind: CiliumNetworkPolicy\nspec: [");
        using TestProcess process = _host.Agent.Launch();

        ProcessResult result = process.WaitForExit();

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("server.yaml", Assert.Single(result.Errors.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        using var conversation = new Conversation(_client.Network, _server.IPv4, Port, Transport.Tcp);
        Assert.False(conversation.IsAnswered(TimeSpan.FromMilliseconds(1200)));
    }

    private void Write(string file, string text)
    {
        // As whoever wants no half of it to be read does it.
        string written = Path.Combine(_directory, "." + file);
        File.WriteAllText(written, text);
        File.Move(written, Path.Combine(_directory, file), overwrite: true);
    }

    private string Sentence()
    {
        var status = _host.Ciliate.Json("status");
        return $"{status.GetProperty("ciliate").GetProperty("state")} {status.GetProperty("ciliate").GetProperty("msg")}";
    }

    private long Revision() => _host.Ciliate.Json("policy", "list").GetProperty("revision").GetInt64();

    private void WaitForPolicies(int count) =>
        Eventually.Holds(() => _host.Ciliate.Json("policy", "list").GetProperty("policies").GetArrayLength() == count, $"there are {count} policies");
}
