using System.Net;
using System.Net.Sockets;
using Ciliate.Bench.Workloads;
using Ciliate.Testing;

namespace Ciliate.Bench.Topologies;

/// <summary>Two namespaces and a way between them.</summary>
internal sealed class Topology(
    string name, TestNamespace client, TestNamespace server, IPAddress ipv4, IPAddress ipv6, Resources resources) : IDisposable
{
    public string Name => name;

    public TestNamespace Client => client;

    public TestNamespace Server => server;

    public IPAddress ServerAddress(AddressFamily family) => family == AddressFamily.InterNetwork ? ipv4 : ipv6;

    public override string ToString() => name;

    public void Dispose() => resources.Dispose();

    /// <summary>Makes a topology; what <paramref name="make"/> added is taken down when it fails.</summary>
    public static Topology Make(Func<Resources, Topology> make)
    {
        var resources = new Resources();
        try
        {
            return make(resources);
        }
        catch
        {
            resources.Dispose();
            throw;
        }
    }

    /// <summary>Waits until connections of both families arrive.</summary>
    public void WaitUntilConnected()
    {
        foreach (var family in new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 })
            Eventually.Holds(() => Connects(family), $"{name}: the server answers at {ServerAddress(family)}");
    }

    private bool Connects(AddressFamily family)
    {
        try
        {
            new RequestResponse().Run(this, family, TimeSpan.FromMilliseconds(5), new Latencies());
            return true;
        }
        catch (Exception e) when (e is Linux.LinuxException or BenchException)
        {
            return false;
        }
    }
}
