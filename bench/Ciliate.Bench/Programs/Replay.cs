using System.Net.NetworkInformation;
using System.Runtime.CompilerServices;
using Ciliate.Bpf;
using Ciliate.Datapath;

namespace Ciliate.Bench.Programs;

/// <summary>Which flow the next packet belongs to; the numbers of bpf/replay.bpf.c.</summary>
internal enum PortChoice : uint
{
    SameFlow = 0,
    NextFlow = 1,
    ShuffledFlow = 2,
}

/// <summary>Runs a program many times on one packet that is made good before each run; see bpf/replay.bpf.c.</summary>
internal sealed class Replay : IDisposable
{
    public const ushort SourcePort = 40000, DestinationPort = 8080;

    /// <summary>Destination ports that the choices use, from <see cref="DestinationPort"/> on.</summary>
    public const int DestinationPorts = 4;

    /// <summary>Likewise with fewer source ports: masquerade has not so many for each port of a remote.</summary>
    public const int OutsideDestinationPorts = 32;

    /// <summary>Bits of the source port that the choices use, with so many destination ports.</summary>
    public const uint SourcePortBits = 15, OutsideSourcePortBits = 12;

    /// <summary>Flows that <see cref="PortChoice.ShuffledFlow"/> walks through, each once before one comes again.</summary>
    public const int Flows = 1 << 17;

    private readonly LoadedObject _loaded;
    private readonly Packet _packet;
    private readonly SkBuff? _context;

    /// <param name="context">What __sk_buff says before the first run.</param>
    public Replay(BpfLoader loader, Packet packet, SkBuff? context, PortChoice choice)
    {
        (_packet, _context) = (packet, context);
        var spec = BenchObjects.Replay;
        spec.SetConstant("destination_mac", MacOf(packet.DestinationMac));
        spec.SetConstant("source_mac", MacOf(packet.SourceMac));
        spec.SetConstant("ipv4_checksum", packet.Checksum);
        spec.SetConstant("hop_limit", Packet.HopLimit);
        spec.SetConstant("is_ipv6", packet.IsIPv6 ? (byte)1 : (byte)0);
        spec.SetConstant("choice", (uint)choice);
        spec.SetConstant("source_address", AddressCodec.Encode(packet.Source));
        spec.SetConstant("source_port", SourcePort);
        spec.SetConstant("destination_port", packet.DestinationPort);
        spec.SetConstant("source_port_bits", packet.SourcePortBits);
        spec.SetConstant("networks", (uint)(packet.Networks?.Count ?? 0));
        spec.SetConstant("first_network", packet.Networks?.First ?? 0);
        spec.SetConstant("network_distance", packet.Networks?.Distance ?? 0);
        _loaded = loader.Load(spec);
    }

    /// <summary>What is subtracted from every other program.</summary>
    public BpfProgram Empty => _loaded.Program("empty");

    /// <summary>Lets NextFlow begin again.</summary>
    public void Rewind() => _loaded.Map("cursor").As<uint, uint>().Update(0, 0);

    /// <param name="flags">TCP flags of the packet.</param>
    /// <param name="verdict">What the program must say of the last packet, or the measurement is not of what it seems.</param>
    /// <returns>Nanoseconds per run, what the replay itself costs included.</returns>
    public double Run(BpfProgram subject, byte flags, int repeat, int verdict)
    {
        _loaded.Map("subject").As<uint, int>().Update(0, subject.Descriptor.Number);
        var result = _loaded.Program("replay").TestRun(new TestRunInput
        {
            Data = _packet.Build(flags),
            Context = _context,
            Repeat = repeat,
        });
        return result.ReturnValue == verdict
            ? result.NanosecondsPerRun
            : throw new BenchException($"{subject} gave verdict {result.ReturnValue}, not {verdict}: it did not do what was to be measured");
    }

    public void Dispose() => _loaded.Dispose();

    private static Mac MacOf(PhysicalAddress address)
    {
        Mac mac = default;
        address.GetAddressBytes().CopyTo(mac);
        return mac;
    }

    [InlineArray(6)]
    private struct Mac
    {
        private byte _first;
    }
}
