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

    public Speaker(Host host, Container container)
    {
        Container = container;
        _gateway = PhysicalAddress.Parse(host.Ciliate.Json("endpoint", "get", container.Name)
            .GetProperty("status").GetProperty("networking").GetProperty("host-mac").GetString()!.Replace(':', '-'));
        _own = container.Network.Route.GetLink("eth0").Mac;
        _sender = new RawSender(container.Network);
    }

    public Container Container { get; }

    /// <param name="packet">From the IP header on.</param>
    public void Send(byte[] packet) =>
        _sender.Send(Frame.Ethernet(_gateway, _own, packet[0] >> 4 == 4 ? Frame.IPv4Type : Frame.IPv6Type, packet));

    public void Dispose() => _sender.Dispose();
}
