using System.Net;
using System.Net.Sockets;
using Ciliate.Linux;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Bpf.Tests.Links;

/// <summary>Programs on the loopback of a namespace of their own.</summary>
public sealed class TcxLinkTests : IDisposable
{
    private const int Loopback = 1;

    private readonly TestNamespace _namespace = new("tcx");
    private readonly LoadedObject _loaded = Fixture.Load("programs");
    private readonly BpfMap<uint, ulong> _counters;

    public TcxLinkTests() => _counters = _loaded.Map("counters").As<uint, ulong>();

    public void Dispose()
    {
        _loaded.Dispose();
        _namespace.Dispose();
    }

    /// <summary>On a kernel without tcx the refusal is all that there is to see.</summary>
    private bool KernelHasTcx()
    {
        if (KernelFeatures.Tcx.IsSupported)
        {
            return true;
        }

        Assert.Throws<FeatureMissingException>(() => Attach(Hook.TcxIngress(Loopback), "on_ingress"));
        return false;
    }

    private BpfLink Attach(IHook hook, string program) => _namespace.Run(() => hook.Attach(_loaded.Program(program)));

    /// <summary>Sends a datagram through loopback; whether it arrives.</summary>
    private bool Send() => _namespace.Run(() =>
    {
        using var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 100 };
        receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sender.SendTo([1], receiver.LocalEndPoint!);
        return receiver.Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectRead);
    });

    [Fact]
    public void A_program_sees_packets_from_attach_to_dispose()
    {
        if (!KernelHasTcx())
        {
            return;
        }

        using BpfLink egress = Attach(Hook.TcxEgress(Loopback), "on_egress");
        using (Attach(Hook.TcxIngress(Loopback), "on_ingress"))
        {
            Assert.True(Send());
        }

        Assert.True(Send());
        Assert.Equal((1ul, 2ul), (_counters[2], _counters[3]));
    }

    [Fact]
    public void An_update_puts_another_program_in_place()
    {
        if (!KernelHasTcx())
        {
            return;
        }

        using BpfLink link = Attach(Hook.TcxIngress(Loopback), "on_ingress");
        Assert.True(Send());

        link.Update(_loaded.Program("drop_all"));

        Assert.False(Send());
        Assert.Equal(_loaded.Program("drop_all").Info.Id, link.ReadInfo().ProgramId);
    }

    [Fact]
    public void An_update_can_insist_on_the_program_that_it_replaces()
    {
        if (!KernelHasTcx())
        {
            return;
        }

        using BpfLink link = Attach(Hook.TcxIngress(Loopback), "on_ingress");

        Assert.Throws<LinuxException>(() => link.Update(_loaded.Program("drop_all"), expected: _loaded.Program("drop_all")));
        Assert.True(Send());
        link.Update(_loaded.Program("drop_all"), expected: _loaded.Program("on_ingress"));
        Assert.False(Send());
    }

    [Fact]
    public void A_pinned_link_outlives_its_descriptor_and_can_be_taken_up_again()
    {
        if (!KernelHasTcx())
        {
            return;
        }

        using var pins = new PinDirectory();
        using (BpfLink link = Attach(Hook.TcxIngress(Loopback), "drop_all"))
        {
            link.Pin(pins["link"]);
        }

        Assert.False(Send());
        using var again = BpfLink.OpenPinned(pins["link"]);
        Assert.Equal((Loopback, AttachType.TcxIngress), (again.ReadInfo().IfIndex, again.ReadInfo().AttachType));
        again.Update(_loaded.Program("on_ingress"));
        Assert.True(Send());
        again.Detach();
        Assert.True(Send());
        Assert.Equal(1ul, _counters[2]);
        Assert.Equal(0, again.ReadInfo().IfIndex);
    }

    [Fact]
    public void An_interface_that_is_not_there_is_named()
    {
        if (!KernelHasTcx())
        {
            return;
        }

        var error = Assert.Throws<LinuxException>(() => Attach(Hook.TcxIngress(4711), "on_ingress"));

        Assert.Equal("attach program on_ingress to tcx ingress of interface 4711: No such device (ENODEV)", error.Message);
    }
}
