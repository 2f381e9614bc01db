using System.Net.Sockets;
using Ciliate.Agent.Api;
using Ciliate.Agent.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ciliate.Agent.Tests.Api;

public sealed class SocketFileTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ciliate-socket-test-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_file_that_is_no_socket_is_not_replaced_by_the_socket()
    {
        string file = Path.Combine(_root, "notes");
        await File.WriteAllTextAsync(file, "mine", Cancellation);
        using var agent = new TestAgent("--socket", file);

        var error = await Assert.ThrowsAsync<AgentException>(() => ApiServer.StartAsync(agent.Services, NullLoggerProvider.Instance, Cancellation));

        Assert.Equal($"socket {file} exists and is not a socket; move it away or set another socket", error.Message);
        Assert.Equal("mine", await File.ReadAllTextAsync(file, Cancellation));
    }

    [Theory]
    [InlineData(SocketType.Stream)]
    [InlineData(SocketType.Dgram)]
    public async Task A_socket_at_which_another_program_listens_is_not_taken_over(SocketType type)
    {
        string path = Path.Combine(_root, "theirs");
        using var theirs = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified);
        theirs.Bind(new UnixDomainSocketEndPoint(path));
        if (type == SocketType.Stream)
            theirs.Listen();
        using var agent = new TestAgent("--socket", path);

        var error = await Assert.ThrowsAsync<AgentException>(() => ApiServer.StartAsync(agent.Services, NullLoggerProvider.Instance, Cancellation));

        Assert.Equal($"socket {path} is in use by another program; stop that or set another socket", error.Message);
        using var client = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(path), Cancellation);
    }

    [Fact]
    public async Task A_socket_that_a_killed_agent_left_is_replaced()
    {
        string path = Path.Combine(_root, "left");
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(path + ".other"));
            File.Move(path + ".other", path);
        }

        using var agent = new TestAgent("--socket", path);
        await using ApiServer server = await ApiServer.StartAsync(agent.Services, NullLoggerProvider.Instance, Cancellation);

        Assert.True(File.Exists(path));
    }
}
