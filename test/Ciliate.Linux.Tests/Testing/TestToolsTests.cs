using System.Net;
using System.Net.Sockets;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Linux.Tests.Testing;

/// <summary>The tools that all other tests stand on.</summary>
public sealed class TestToolsTests
{
    [Theory]
    [InlineData(AddressFamily.InterNetwork)]
    [InlineData(AddressFamily.InterNetworkV6)]
    public void A_wire_carries_tcp_from_its_first_packet(AddressFamily family)
    {
        using TestWire wire = TestWire.Create();
        IPAddress address = family == AddressFamily.InterNetwork ? wire.Right.IPv4 : wire.Right.IPv6;
        using var listener = wire.Right.Namespace.Run(() => new TcpListener(address, 0));
        wire.Right.Namespace.Run(listener.Start);
        using var client = wire.Left.Namespace.Run(() => new TcpClient(family));
        client.SendTimeout = client.ReceiveTimeout = 5000;
        client.Connect((IPEndPoint)listener.LocalEndpoint);
        using TcpClient server = listener.AcceptTcpClient();

        client.GetStream().Write("ping"u8);
        byte[] received = new byte[4];
        server.GetStream().ReadExactly(received);

        Assert.Equal("ping"u8, received);
    }

    [Fact]
    public void A_program_runs_inside_the_namespace_and_its_output_is_captured()
    {
        using var test = new TestNamespace();
        Assert.Equal($"net:[{test.Namespace.Inode}]\n", TestProcess.Run(test, "readlink", "/proc/self/ns/net").Output);
        Assert.Equal(new ProcessResult(3, "out\n", "err\n"), TestProcess.Run(test, "sh", "-c", "echo out; echo err >&2; exit 3"));
    }

    [Fact]
    public void A_program_is_killed_at_dispose_and_its_waits_are_bounded()
    {
        using var test = new TestNamespace();
        TestProcess process = test.Start("sh", "-c", "echo ready; exec sleep 60");
        process.WaitForOutput("ready");
        Assert.Throws<TimeoutException>(() => process.WaitForExit(TimeSpan.FromMilliseconds(50)));
        Assert.Throws<TimeoutException>(() => process.WaitForOutput("never", TimeSpan.FromMilliseconds(50)));
        int id = process.Id;
        process.Dispose();

        Assert.False(Directory.Exists($"/proc/{id}"));
    }

    [Fact]
    public void Waiting_for_output_of_a_program_that_ended_does_not_wait_for_the_limit()
    {
        using TestProcess process = TestProcess.Start(null, "true");
        var error = Assert.Throws<TimeoutException>(() => process.WaitForOutput("never", TimeSpan.FromSeconds(30)));
        Assert.Contains("'true ' did not say 'never'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disposed_namespace_leaves_no_name()
    {
        var test = new TestNamespace();
        string path = test.Path;
        test.Dispose();
        Assert.False(File.Exists(path));
    }
}
