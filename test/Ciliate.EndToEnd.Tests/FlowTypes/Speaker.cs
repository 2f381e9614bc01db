using System.Net.NetworkInformation;
using Ciliate.EndToEnd.Tests.Frames;
using Ciliate.EndToEnd.Tests.OneHost;

namespace Ciliate.EndToEnd.Tests.FlowTypes;

/// <summary>A container that sends packets as a test crafts them, in frames to its gateway.</summary>
public sealed class Speaker : IDisposable
{
    private readonly RawSender _sender;
    private readonly PhysicalAddress _gateway;
    private readonly PhysicalAddress _own;

    /// <param name="withOffload">Every packet is sent with an <see cref="Offload"/>.</param>
    public Speaker(Host host, Container container, bool withOffload = false)
    {
        Container = container;
        _gateway = PhysicalAddress.Parse(host.Ciliate.Json("endpoint", "get", container.Name)
            .GetProperty("status").GetProperty("networking").GetProperty("host-mac").GetString()!.Replace(':', '-'));
        _own = container.Network.Route.GetLink("eth0").Mac;
        _sender = new RawSender(container.Network, withOffload: withOffload);
    }

    public Container Container { get; }

    /// <param name="packet">From the IP header on.</param>
    public void Send(byte[] packet) => _sender.Send(InFrame(packet));

    /// <param name="packet">From the IP header on.</param>
    /// <param name="offload">Counted from the frame's begin.</param>
    public void Send(byte[] packet, Offload offload) => _sender.Send(InFrame(packet), offload);

    public void Dispose() => _sender.Dispose();

    private byte[] InFrame(byte[] packet) => Frame.Ethernet(_gateway, _own, packet[0] >> 4 == 4 ? Frame.IPv4Type : Frame.IPv6Type, packet);
}
