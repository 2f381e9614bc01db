using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Ciliate.Agent.Endpoints;
using Ciliate.Bpf;
using Ciliate.Datapath;
using Ciliate.Netlink;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Agent.Tests.Kernel;

/// <summary>All that can be seen of an agent from outside, a line for each thing: tables, links, addresses, routes, pins, files, what its API
/// tells, and what it holds. Numbers that are given out anew each time (generations, slots, interface indexes) are left out or told by name.</summary>
internal static partial class Observed
{
    public static string[] Of(KernelAgent agent)
    {
        agent.KeepHouse();
        return
        [
            .. Tables(agent), .. Network("host", agent.Host), .. agent.Containers.SelectMany(pair => Network(pair.Key, pair.Value)),
            .. Files(agent), .. Api(agent), .. Held(agent),
        ];
    }

    /// <summary>What is in one and not in the other.</summary>
    public static string Difference(string[] expected, string[] actual) => string.Join('\n',
        expected.Except(actual).Select(line => "- " + line).Concat(actual.Except(expected).Select(line => "+ " + line)));

    /// <summary>What of it decides about packets.</summary>
    public static IEnumerable<string> Tables(KernelAgent agent)
    {
        Dictionary<int, string> names = agent.Host.Route.ListLinks().ToDictionary(link => link.Index, link => link.Name);
        foreach (EndpointRow row in agent.Datapath.DumpEndpoints())
        {
            yield return $"row {row.Id} {names.GetValueOrDefault(row.HostIfIndex)} {row.ContainerMac} {row.IPv4} {row.IPv6} identity {row.Identity}";
            Assert.Equal(row.Generation, agent.Services.Endpoints.Endpoints.Find(row.Id)?.Generation);
        }

        foreach (ushort id in Enumerable.Range(1, 16).Select(id => (ushort)id).Where(id => agent.Datapath.Maps.UserDeliveries.TryGet(id, out _)))
            yield return $"a program of the user's delivers to {id}";
        foreach (ushort id in agent.Datapath.AttachedEndpoints())
            yield return $"programs of {id} at {names.GetValueOrDefault(agent.Datapath.AttachedInterface(id))}";
        IReadOnlyList<PolicyRow> policy = agent.Datapath.DumpPolicy();
        foreach (PolicyRow row in policy)
            yield return $"entry of {row.EndpointId}: {row.Entry}";
        yield return $"entries of nobody: {agent.Datapath.Maps.Policy.Entries().Count() - policy.Count}";
        foreach (IpcacheRow row in agent.Datapath.DumpIpcache())
            yield return $"ipcache {row}";
        foreach (var (key, value) in agent.Datapath.Maps.LocalEndpoints.Entries())
            yield return $"local {AddressCodec.Decode(key.Address)} {value.Endpoint}";
    }

    private static IEnumerable<string> Network(string where, TestNamespace network)
    {
        RouteNetlink route = network.Route;
        Dictionary<int, string> names = route.ListLinks().ToDictionary(link => link.Index, link => link.Name);
        foreach (Link link in route.ListLinks())
            yield return $"{where}: link {link.Name} {link.Mac} {link.Alias} {(link.IsUp ? "up" : "down")}";
        foreach (InterfaceAddress address in route.ListAddresses())
            yield return $"{where}: address {address.Address}/{address.PrefixLength} of {names[address.LinkIndex]}";
        foreach (AddressFamily family in new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 })
        {
            foreach (Route entry in route.ListRoutes(family))
                yield return $"{where}: route {entry.Destination} by {entry.Gateway} {names.GetValueOrDefault(entry.LinkIndex)} as {entry.PreferredSource}";
            foreach (Neighbour neighbour in route.ListNeighbours(family).Where(neighbour => neighbour.State == NeighbourState.Permanent))
                yield return $"{where}: neighbour {neighbour.Address} {neighbour.Mac} at {names[neighbour.LinkIndex]}";
        }
    }

    private static IEnumerable<string> Files(KernelAgent agent)
    {
        foreach (string root in new[] { agent.BpfRoot, agent.Configuration.StateDirectory })
        {
            foreach (string path in Directory.GetFileSystemEntries(root, "*", SearchOption.AllDirectories))
            {
                string text = path.EndsWith(".yaml", StringComparison.Ordinal) ? File.ReadAllText(path) : "";
                yield return $"file {IndexOfProgram().Replace(path, "@")} {text}";
            }
        }
    }

    private static IEnumerable<string> Api(KernelAgent agent)
    {
        AgentServices services = agent.Services;
        foreach (Endpoint endpoint in services.Endpoints.Endpoints.Rows)
            yield return $"endpoint {endpoint.Id} {endpoint.Name} {endpoint.Labels} {endpoint.Identity} {endpoint.IPv4} {endpoint.IPv6} {endpoint.State} {string.Join(' ', endpoint.Hooks.Select(hook => hook.Program.Program))}";
        yield return $"policies at {services.Policies.Current.Policies.Count}: {string.Join(' ', services.Policies.Current.Origins.Keys)}";
        foreach (var row in services.Identities.Identities.Rows.Where(row => row.Holders > 0))
            yield return $"identity {row.Id} {row.Labels} {row.Holders}";
        foreach (var pool in services.Addresses.Pools)
            yield return $"given of {pool.Range.Network}: {pool.Given}";
    }

    /// <summary>Descriptors of this process, and what the kernel holds: programs that know the agent's endpoints, their maps and
    /// links. A map that none of them knows lives by a descriptor or a pin.</summary>
    private static string[] Held(KernelAgent agent)
    {
        // The kernel ends programs and maps some time after the last who held them.
        string[] before = [], now = Now();
        while (!now.SequenceEqual(before))
        {
            Thread.Sleep(10);
            (before, now) = (now, Now());
        }

        return now;

        string[] Now() => [.. Descriptors().CountBy(name => name).Select(pair => $"{pair.Value} descriptors of {pair.Key}"), .. Kernel(agent)];
    }

    /// <summary>Without the runtime's own code, which it opens when something first needs it, or a moment later.</summary>
    private static IEnumerable<string> Descriptors() => Directory.GetFiles("/proc/self/fd")
        .Select(path => new FileInfo(path).LinkTarget).OfType<string>().Where(target => !target.EndsWith(".dll", StringComparison.Ordinal))
        .Select(target => Number().Replace(target, "N")).Order();

    private static IEnumerable<string> Kernel(KernelAgent agent)
    {
        uint table = agent.Datapath.Maps.Shared["endpoints"].Info.Id;
        ProgramInfo[] programs =
            [.. BpfProgram.ListIds().Select(InfoOf).OfType<ProgramInfo>().Where(program => program.MapIds.Contains(table))];
        yield return string.Create(CultureInfo.InvariantCulture, $"{programs.Length} programs");
        yield return string.Create(CultureInfo.InvariantCulture, $"{programs.SelectMany(program => program.MapIds).Distinct().Count()} maps");
        HashSet<uint> ids = [.. programs.Select(program => program.Id)];
        yield return string.Create(CultureInfo.InvariantCulture, $"{BpfLink.ListIds().Count(id => ids.Contains(ProgramOf(id)))} links");
    }

    /// <summary>Ids of the programs that run at the endpoints' interfaces.</summary>
    public static uint[] Running(KernelAgent agent)
    {
        uint table = agent.Datapath.Maps.Shared["endpoints"].Info.Id;
        HashSet<uint> programs =
            [.. BpfProgram.ListIds().Select(InfoOf).OfType<ProgramInfo>().Where(program => program.MapIds.Contains(table)).Select(program => program.Id)];
        return [.. BpfLink.ListIds().Select(ProgramOf).Where(programs.Contains).Order()];
    }

    private static ProgramInfo? InfoOf(uint program) => Look(() => BpfProgram.Open(program), opened => opened.Info);

    private static uint ProgramOf(uint link) => Look(() => BpfLink.Open(link), opened => opened.ReadInfo().ProgramId);

    /// <summary>Default when it is gone by now: others work on this machine too.</summary>
    private static TResult? Look<T, TResult>(Func<T> open, Func<T, TResult> look) where T : IDisposable
    {
        try
        {
            using T opened = open();
            return look(opened);
        }
        catch (Linux.LinuxException error) when (error.Errno is Linux.Errno.ENOENT or Linux.Errno.EAGAIN)
        {
            return default;
        }
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();

    /// <summary>Of the records of programs at clsact.</summary>
    [GeneratedRegex("@[0-9-]+")]
    private static partial Regex IndexOfProgram();
}
