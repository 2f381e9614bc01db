using System.Net;
using Ciliate.Datapath;

namespace Ciliate.Bench.Programs.Rigs;

/// <summary>The state in which the reference figures were taken: 10,000 ipcache entries, 100 entries beside those that allow in each
/// direction, a table of 524,288 flows.</summary>
internal static class RigTables
{
    public const uint FlowTableSize = 524_288;

    private const int IpcacheEntries = 10_000, FillerEntries = 100;
    private const byte Tcp = 6;

    public static GatewayOptions Gateway { get; } = new(IPAddress.Parse("10.9.0.1"), IPAddress.Parse("fd09::1"));

    public static void FillIpcache(KernelDatapath datapath)
    {
        for (int i = 0; i < IpcacheEntries / 2; i++)
        {
            datapath.UpsertIpcache(IPNetwork.Parse($"10.20.{i >> 8}.{i & 0xff}/32"), (uint)(1000 + i));
            datapath.UpsertIpcache(IPNetwork.Parse($"fd20::{i:x}/128"), (uint)(1000 + i));
        }
    }

    /// <summary>Both directions deny all but the peer on the ports that the replay uses.</summary>
    public static PolicyTables Allowing(uint identity, uint peer, int ports)
    {
        var entries = new List<PolicyEntry>();
        foreach (var direction in new[] { TrafficDirection.Ingress, TrafficDirection.Egress })
        {
            for (int i = 0; i < ports; i++)
                entries.Add(Allow(direction, peer, Replay.DestinationPort + i));
            for (int i = 0; i < FillerEntries; i++)
                entries.Add(Allow(direction, (uint)(5000 + i), 9000 + i));
        }
        return new PolicyTables(identity, DefaultDeny, DefaultDeny, entries);
    }

    /// <summary>Egress by so many entries: half of the others are of the same peer, for other ports.</summary>
    public static PolicyTables OfRules(uint identity, uint peer, int rules)
    {
        var entries = new List<PolicyEntry>();
        // The ports of the replay by as few as they take.
        for (int i = 0; i < Replay.DestinationPorts; i++)
            entries.Add(Allow(TrafficDirection.Egress, peer, Replay.DestinationPort + i));
        for (int i = entries.Count; i < rules; i++)
            entries.Add(Allow(TrafficDirection.Egress, i % 2 == 0 ? peer : (uint)(5000 + i), 9000 + i));
        var open = new DirectionDefault(Enforced: false, ReservedRules.NotEnforced);
        return new PolicyTables(identity, open, DefaultDeny, entries);
    }

    public static DirectionDefault DefaultDeny { get; } = new(Enforced: true, ReservedRules.DefaultDeny);

    /// <summary>Takes what was told off the ring; how many.</summary>
    public static int TakeEvents(KernelDatapath datapath)
    {
        int taken = 0;
        while (datapath.Events.TryRead(out _))
            taken++;
        return taken;
    }

    private static PolicyEntry Allow(TrafficDirection direction, uint peer, int port) =>
        new(direction, peer, Tcp, (ushort)port, PortPrefixLength: 16, Deny: false, Precedence: 10, RuleId: 100);
}
