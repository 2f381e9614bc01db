using System.Globalization;
using System.Net;
using System.Text.Json;
using Ciliate.Demo.Commands;
using Ciliate.Demo.Machine;

namespace Ciliate.Demo.Story;

/// <summary>A container of the story: a network namespace with one real HTTP server or client.</summary>
/// <param name="Port">Where its server listens; 0 for a container without one.</param>
internal sealed record Container(string Name, int Port, string NamespacePath)
{
    public IPAddress? IPv4 { get; private set; }

    public IPAddress? IPv6 { get; private set; }

    /// <summary>Asks the agent which addresses it gave.</summary>
    public async Task LearnAddressesAsync(CiliateCommand ciliate, CancellationToken cancellation)
    {
        using var document = JsonDocument.Parse(await ciliate.QueryAsync(cancellation, "endpoint", "get", Name, "-o", "json"));
        JsonElement addresses = document.RootElement.GetProperty("status").GetProperty("networking").GetProperty("addressing")[0];
        IPv4 = IPAddress.Parse(addresses.GetProperty("ipv4").GetString()!);
        IPv6 = IPAddress.Parse(addresses.GetProperty("ipv6").GetString()!);
    }

    public IPAddress Address(bool ipv6) => (ipv6 ? IPv6 : IPv4) ?? throw new InvalidOperationException($"{Name} has no address yet");

    public Uri Url(bool ipv6, string path = "/") => new UriBuilder("http", Address(ipv6).ToString(), Port, path).Uri;

    /// <summary>Starts busybox's HTTP server inside, for both families, and waits until it listens.</summary>
    /// <param name="content">Directory that it serves.</param>
    public async Task ServeAsync(World world, string content, CancellationToken cancellation)
    {
        string port = Port.ToString(CultureInfo.InvariantCulture);
        ChildProcess server = world.Start(NamespacePath, "busybox", ["httpd", "-f", "-p", $"[::]:{port}", "-h", content]);
        while (!await ListensAsync(cancellation))
        {
            if (server.HasExited)
            {
                throw new DemoException($"the HTTP server of {Name} ended: {server.Errors}");
            }

            await Task.Delay(5, cancellation);
        }
    }

    private async Task<bool> ListensAsync(CancellationToken cancellation)
    {
        using var curl = ChildProcess.Start(
            NamespacePath, "curl", ["--silent", "--output", "/dev/null", string.Create(CultureInfo.InvariantCulture, $"http://[::1]:{Port}/")]);
        return (await curl.FinishAsync(cancellation)).ExitCode == 0;
    }
}
