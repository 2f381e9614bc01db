using System.Globalization;
using Ciliate.Linux;
using Ciliate.Netlink;

namespace Ciliate.Testing;

/// <summary>A network namespace for one test, with loopback up; named under /run/netns so that ip(8) and nsenter(1) find it, and gone
/// after <see cref="Dispose"/>. What a killed test run left behind is swept by the next one.</summary>
public sealed class TestNamespace : IDisposable
{
    private const string Prefix = "ciliate-test-";
    private const string Root = "/run/netns";
    private static int _count;

    private readonly Lazy<RouteNetlink> _route;

    static TestNamespace() => SweepLeftovers();

    /// <param name="label">Part of the name, for the eyes of whoever debugs the test.</param>
    public TestNamespace(string label = "ns")
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{Interlocked.Increment(ref _count)}-{label}");
        Namespace = NetworkNamespace.CreateNamed(Name);
        _route = new Lazy<RouteNetlink>(() => RouteNetlink.Open(Namespace));
        Route.SetUp(Route.GetLink("lo").Index);
    }

    public string Name { get; }

    public string Path => $"{Root}/{Name}";

    public NetworkNamespace Namespace { get; }

    /// <summary>Links, addresses and routes of this namespace.</summary>
    public RouteNetlink Route => _route.Value;

    /// <inheritdoc cref="NetworkNamespace.Run{T}(Func{T})"/>
    public T Run<T>(Func<T> work) => Namespace.Run(work);

    /// <inheritdoc cref="NetworkNamespace.Run{T}(Func{T})"/>
    public void Run(Action work) => Namespace.Run(work);

    /// <inheritdoc cref="NetworkNamespace.Enter"/>
    public NamespaceVisit Enter() => Namespace.Enter();

    /// <summary>Starts a program inside; see <see cref="TestProcess"/>.</summary>
    public TestProcess Start(string program, params IEnumerable<string> arguments) => TestProcess.Start(this, program, arguments);

    public override string ToString() => Name;

    public void Dispose()
    {
        if (_route.IsValueCreated)
        {
            Route.Dispose();
        }

        Namespace.Dispose();
        if (File.Exists(Path))
        {
            NetworkNamespace.Delete(Name);
        }
    }

    private static void SweepLeftovers()
    {
        if (!Directory.Exists(Root))
        {
            return;
        }

        foreach (string path in Directory.EnumerateFiles(Root, Prefix + "*"))
        {
            string name = System.IO.Path.GetFileName(path);
            string owner = name[Prefix.Length..].Split('-')[0];
            if (!Directory.Exists($"/proc/{owner}"))
            {
                TryDelete(name);
            }
        }
    }

    private static void TryDelete(string name)
    {
        try
        {
            NetworkNamespace.Delete(name);
        }
        catch (LinuxException)
        {
            // Another test run sweeps at the same time and was faster.
        }
    }
}
