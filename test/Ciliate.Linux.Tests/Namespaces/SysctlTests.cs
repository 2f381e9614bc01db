using Ciliate.Testing;
using Xunit;

namespace Ciliate.Linux.Tests.Namespaces;

public sealed class SysctlTests
{
    [Fact]
    public void A_setting_is_written_in_its_namespace_only()
    {
        using var one = new TestNamespace();
        using var other = new TestNamespace();
        Sysctl.Write(one.Namespace, "net/ipv4/conf/all/arp_announce", "2");
        Sysctl.Write(one.Namespace, "net/ipv6/conf/all/forwarding", "1");

        Assert.Equal("2", Sysctl.Read(one.Namespace, "net/ipv4/conf/all/arp_announce"));
        Assert.Equal("0", Sysctl.Read(other.Namespace, "net/ipv4/conf/all/arp_announce"));
        Assert.Equal("1", Sysctl.Read(one.Namespace, "net/ipv6/conf/all/forwarding"));
        Assert.Equal("0", Sysctl.Read(other.Namespace, "net/ipv6/conf/all/forwarding"));
        Assert.Equal("1", TestProcess.Run(one, "sysctl", "-n", "net.ipv6.conf.all.forwarding").Output.Trim());
    }

    [Fact]
    public void A_setting_of_a_link_is_found_where_the_link_is()
    {
        using TestWire wire = TestWire.Create();
        using var elsewhere = new TestNamespace();
        const string name = "net/ipv6/conf/eth0/accept_ra";
        Sysctl.Write(wire.Left.Namespace.Namespace, name, "0");

        Assert.Equal("0", Sysctl.Read(wire.Left.Namespace.Namespace, name));
        var error = Assert.Throws<LinuxException>(() => Sysctl.Write(elsewhere.Namespace, name, "0"));
        Assert.Equal($"set {name} to 0: No such file or directory (ENOENT)", error.Message);
    }

    [Fact]
    public void A_value_that_the_kernel_refuses_is_told()
    {
        using var test = new TestNamespace();
        var error = Assert.Throws<LinuxException>(() => Sysctl.Write(test.Namespace, "net/ipv4/ip_forward", "maybe"));
        Assert.Equal("set net/ipv4/ip_forward to maybe: Invalid argument (EINVAL)", error.Message);
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("net/../../../etc/passwd")]
    public void A_name_cannot_lead_out_of_proc_sys(string name) => Assert.Throws<ArgumentException>(() => Sysctl.Read(name));
}
