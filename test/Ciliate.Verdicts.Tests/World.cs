using System.Net;
using Ciliate.Oracle;

namespace Ciliate.Verdicts.Tests;

/// <summary>Everybody who can send or receive in one round: containers with labels of their own, this machine, others that have a name, and
/// addresses outside at the edges of the prefixes that policies name.</summary>
/// <param name="Containers">As many as the kernel has programs for.</param>
internal sealed record World(IReadOnlyList<Party> Containers)
{
    public const int ContainerCount = 4;

    public static readonly string[] Apps = ["web", "db", "cache"];
    public static readonly string[] Zones = ["a", "b"];
    public static readonly string[] Namespaces = ["shop", "ops"];
    public static readonly string[] PortNames = ["http", "sql"];
    public static readonly int[] Ports = [1, 79, 80, 81, 443, 1023, 1024, 1025, 2047, 2048, 8000, 8080, 16383, 19999];

    /// <summary>Those that an address can have.</summary>
    public static readonly string[] Entities = ["host", "remote-node", "kube-apiserver", "health", "unmanaged"];

    /// <summary>Next to each other, inside each other, and of every kind of length.</summary>
    public static readonly IPNetwork[] Prefixes =
    [
        .. new[]
        {
            "0.0.0.0/0", "100.64.0.0/10", "100.64.0.0/16", "100.65.0.0/16", "100.64.7.0/24", "100.64.7.0/25", "100.64.7.128/25", "100.64.7.9/32",
            "128.0.0.0/1", "198.51.100.0/30", "10.0.0.0/8",
            "::/0", "2001:db8::/32", "2001:db8::/48", "2001:db8:1::/48", "2001:db8::7:0/112", "2001:db8::7:9/128", "2001:db8:0:8000::/49", "fd00::/8",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>First and last addresses of prefixes, and their neighbours.</summary>
    public static readonly IPAddress[] Outside =
    [
        .. new[]
        {
            "100.64.0.1", "100.64.6.255", "100.64.7.0", "100.64.7.9", "100.64.7.10", "100.64.7.127", "100.64.7.128", "100.64.7.255", "100.64.8.0",
            "100.64.255.255", "100.65.0.0", "100.127.255.255", "100.128.0.0", "100.63.255.255", "198.51.100.3", "198.51.100.4", "8.8.8.8", "10.77.0.1",
            "2001:db8::1", "2001:db8::6:ffff", "2001:db8::7:0", "2001:db8::7:9", "2001:db8::7:a", "2001:db8::7:ffff", "2001:db8::8:0",
            "2001:db8:0:7fff::1", "2001:db8:0:8000::", "2001:db8:0:ffff::1", "2001:db8:1::", "2001:db8:2::1", "2001:db9::", "fd77::1", "2606:4700::1",
        }.Select(IPAddress.Parse),
    ];

    /// <summary>Which of the containers it is; two may have equal labels.</summary>
    public int IndexOf(Party container)
    {
        for (int i = 0; i < Containers.Count; i++)
        {
            if (ReferenceEquals(Containers[i], container))
                return i;
        }
        throw new ArgumentException($"{container} is no container of this world");
    }

    public static World Random(Random random) => new([.. Enumerable.Range(0, ContainerCount).Select(_ => RandomContainer(random))]);

    private static Party RandomContainer(Random random)
    {
        var labels = new List<PartyLabel> { new(random.Pick("k8s", "container"), "app", random.Pick(Apps)) };
        if (random.Chance(0.5))
            labels.Add(new PartyLabel("k8s", "zone", random.Pick(Zones)));
        if (random.Chance(0.7))
        {
            string name = random.Pick(Namespaces);
            labels.Add(new PartyLabel("k8s", "io.kubernetes.pod.namespace", name));
            labels.Add(new PartyLabel("k8s", "io.cilium.k8s.namespace.labels.team", name == "shop" ? "sales" : "staff"));
        }
        // The name of a port goes with the labels: those who share an identity share its ports.
        int number = labels.Count == 1 ? 8080 : 443;
        return Party.Container(labels, labels[0].Value == "cache" ? [] : [new PartyPort("http", 6, number), new PartyPort("sql", 17, 1024)]);
    }
}
