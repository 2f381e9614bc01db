using System.Net;
using System.Net.NetworkInformation;
using System.Text;
using Ciliate.Bench.Topologies;
using Ciliate.Bpf;
using Ciliate.Datapath;
using Ciliate.Policy;
using Ciliate.Testing;

namespace Ciliate.Bench.Programs.Rigs;

/// <summary>A container whose policy names so many CIDRs of each family to send to. The policy is read and resolved as by the agent: each
/// prefix has an identity of its own, in ipcache and in the container's table.</summary>
internal sealed class PrefixRig : IPacketRig
{
    private const ushort Id = 1;
    private const uint FirstIPv4 = 0x0b000000, FirstIPv6 = 0x00000000, Distance = 0x100;

    private static readonly PhysicalAddress s_gatewayMac = new([2, 0, 0, 0, 0, 0xfe]), s_containerMac = new([2, 0, 0, 0, 0, 1]);
    private static readonly IPAddress s_ipv4 = IPAddress.Parse("10.9.0.2"), s_ipv6 = IPAddress.Parse("fd09::2");

    private readonly Resources _resources = new();
    private readonly KernelDatapath _datapath;
    private readonly HostEnds _ends;
    private readonly int _prefixes;
    private readonly OwnPrograms _programs;

    public PrefixRig(int prefixes)
    {
        _prefixes = prefixes;
        var bpffs = _resources.Add(new BpfFileSystem());
        _ends = _resources.Add(new HostEnds());
        _datapath = _resources.Add(KernelDatapath.Open(new DatapathOptions(bpffs.Path, RigTables.Gateway, RigTables.FlowTableSize)));
        var wiring = new EndpointWiring(Id, "cil1", _ends.Add(Id), s_gatewayMac, s_containerMac, s_ipv4, s_ipv6);
        _datapath.RegisterEndpoint(wiring);
        Apply(PolicySet.Create(PolicyReader.Read(PolicyText(), "prefixes.yaml"), 1));
        _programs = _resources.Add(new OwnPrograms(_datapath, wiring, ProgramKind.Tailored));
    }

    /// <summary>To an address in each of so many of the CIDRs, at equal distances, in an order that jumps.</summary>
    public Func<bool, IReadOnlyList<Subject>> To(int destinations) => ipv6 => Subjects(ipv6, destinations);

    private Subject[] Subjects(bool ipv6, int destinations)
    {
        var packet = ipv6
            ? new Packet(s_gatewayMac, s_containerMac, s_ipv6, IPAddress.Parse("2001:db8::7"))
            : new Packet(s_gatewayMac, s_containerMac, s_ipv4, IPAddress.Parse("11.0.0.7"));
        var networks = new DestinationNetworks(ipv6 ? FirstIPv6 : FirstIPv4, destinations, Distance * (uint)(_prefixes / destinations));
        return
        [
            new(_programs.FromContainer, packet with { Networks = networks }, TestVerdict.Ok)
            {
                Context = new SkBuff { IfIndex = (uint)HostEnds.IndexOf(Id) },
            },
        ];
    }

    public T Run<T>(Func<T> work) => _ends.Host.Run(work);

    public int TakeEvents() => RigTables.TakeEvents(_datapath);

    public void Dispose() => _resources.Dispose();

    private void Apply(PolicySet policies)
    {
        Identity[] peers = [.. policies.NamedPrefixes().Select((prefix, i) => Identity.OfPrefix(IdentityNumbers.LocalScope + 1 + (uint)i, prefix))];
        var subject = LabelSet.Create([new Label("k8s", "app", "client")]);
        var resolved = PolicyEngine.Resolve(policies, subject, new IdentitySet(peers));
        var entries = resolved.Egress.Entries.Select(entry => new PolicyEntry(
            Datapath.TrafficDirection.Egress, entry.Peer, entry.Protocol, entry.Port, entry.PortPrefixLength, entry.Deny, entry.Precedence,
            ReservedRules.FirstPolicyRule));
        var open = new DirectionDefault(Enforced: false, ReservedRules.NotEnforced);
        _datapath.Publish(Id, new PolicyTables(IdentityNumbers.FirstOrdinary, open, RigTables.DefaultDeny, [.. entries]));
        _datapath.UpsertPrefixes([.. peers.Select(peer => new IpcacheRow(peer.Prefix!.Value, peer.Number))]);
    }

    private string PolicyText()
    {
        var text = new StringBuilder("""
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: {name: prefixes}
            spec:
              endpointSelector: {matchLabels: {app: client}}
              egress:
              - toPorts: [{ports: [{port: "8080", endPort: 8083, protocol: TCP}]}]
                toCIDR:

            """);
        for (uint i = 0; i < _prefixes; i++)
        {
            uint ipv4 = FirstIPv4 + (i * Distance), ipv6 = FirstIPv6 + (i * Distance);
            text.AppendLine($"    - {new IPAddress(unchecked((uint)IPAddress.HostToNetworkOrder((int)ipv4)))}/24");
            text.AppendLine($"    - 2001:db8:{ipv6 >> 16:x}:{ipv6 & 0xffff:x}::/56");
        }
        return text.ToString();
    }
}
