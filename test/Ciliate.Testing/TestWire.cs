using System.Net;
using System.Net.NetworkInformation;
using Ciliate.Netlink;

namespace Ciliate.Testing;

/// <summary>One end of a wire: the link inside a test namespace and its addresses.</summary>
public sealed record WireEnd(TestNamespace Namespace, Link Link, IPAddress IPv4, IPAddress IPv6)
{
    public PhysicalAddress Mac => Link.Mac;
}

/// <summary>Two namespaces wired by a veth pair, both ends up, addressed for IPv4 (/24) and IPv6 (/64), and past the kernel's settling,
/// so that the first packet arrives. The namespaces belong to the wire and go with it.</summary>
public sealed class TestWire : IDisposable
{
    public const string LinkName = "eth0";

    private TestWire(WireEnd left, WireEnd right)
    {
        Left = left;
        Right = right;
    }

    /// <summary>10.99.0.1 and fd99::1.</summary>
    public WireEnd Left { get; }

    /// <summary>10.99.0.2 and fd99::2.</summary>
    public WireEnd Right { get; }

    public static TestWire Create()
    {
        var left = new TestNamespace("left");
        var right = new TestNamespace("right");
        try
        {
            Link leftLink = left.Route.CreateVeth(new VethSpec(LinkName, LinkName) { PeerNamespace = right.Namespace });
            var wire = new TestWire(Address(left, leftLink, 1), Address(right, right.Route.GetLink(leftLink.PeerIndex), 2));
            left.Route.SettleLink(LinkName);
            right.Route.SettleLink(LinkName);
            return wire;
        }
        catch
        {
            left.Dispose();
            right.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Left.Namespace.Dispose();
        Right.Namespace.Dispose();
    }

    private static WireEnd Address(TestNamespace testNamespace, Link link, byte number)
    {
        var end = new WireEnd(testNamespace, link, IPAddress.Parse($"10.99.0.{number}"), IPAddress.Parse($"fd99::{number}"));
        testNamespace.Route.AddAddress(link.Index, end.IPv4, 24);
        testNamespace.Route.AddAddress(link.Index, end.IPv6, 64);
        testNamespace.Route.SetUp(link.Index);
        return end;
    }
}
