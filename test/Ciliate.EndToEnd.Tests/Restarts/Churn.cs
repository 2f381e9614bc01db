using System.Globalization;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.Testing;

namespace Ciliate.EndToEnd.Tests.Restarts;

/// <summary>Changes without end: policies with prefixes that come and go, and a container that does. Every version lets client speak to server and none lets
/// other. That there is no agent at the moment, or that it dies meanwhile, is no matter.</summary>
internal sealed class Churn : IDisposable
{
    public const string Guest = "guest";

    private readonly Host _host;
    private readonly Random _random;
    private readonly TestNamespace _guest;
    private readonly Thread _thread;
    private int _applied;
    private volatile string _refusal = "";
    private volatile bool _stop;

    public Churn(Host host, int seed)
    {
        _host = host;
        _random = new Random(seed);
        _guest = host.AddNamespace(Guest);
        _thread = new Thread(Run) { IsBackground = true, Name = "churn" };
        _thread.Start();
    }

    /// <summary>Changes that the agent has confirmed.</summary>
    public int Applied => Volatile.Read(ref _applied);

    /// <summary>What the last change that failed was told.</summary>
    public string Refusal => _refusal;

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
    }

    private void Run()
    {
        while (!_stop)
        {
            string[] change = _random.Next(4) switch
            {
                0 => ["endpoint", "add", Guest, "--netns", _guest.Path, "--label", $"app=guest{_random.Next(3)}"],
                1 => ["endpoint", "delete", Guest],
                _ => ["policy", "apply", "-f", _host.Roots.Write("churn.yaml", Policies())],
            };
            ProcessResult result = _host.Ciliate.Run(change);
            if (result.ExitCode == 0)
                Interlocked.Increment(ref _applied);
            else
                _refusal = result.Errors;
        }
    }

    private string Policies() => string.Join("\n---\n", PolicyText.For("server", ServerRules()), PolicyText.For("client", $$$"""
          egress:
            - toEndpoints: [{matchLabels: {app: server}}]
            - toCIDR: [{{{Prefixes()}}}]
        """));

    private string ServerRules() => _random.Next(3) switch
    {
        0 => """
              ingress:
                - fromEndpoints: [{matchLabels: {app: client}}]
            """,
        1 => $$$"""
              ingress:
                - fromEndpoints: [{matchLabels: {tier: front}}]
                - fromCIDR: [{{{Prefixes()}}}]
              ingressDeny:
                - fromEndpoints: [{matchLabels: {app: other}}]
            """,
        _ => """
              ingress:
                - fromEndpoints: [{matchLabels: {app: client}}, {matchLabels: {app: guest1}}]
                  toPorts: [{ports: [{port: "80"}, {port: "9000", protocol: TCP}]}]
            """,
    };

    private string Prefixes() => string.Join(", ", Enumerable.Range(0, _random.Next(1, 6)).Select(_ => string.Create(
        CultureInfo.InvariantCulture, $"192.0.{_random.Next(4)}.0/{_random.Next(24, 29)}")).Distinct());
}
