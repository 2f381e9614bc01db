using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Ciliate.Api;

namespace Ciliate.Cli.Tests.Client;

[SupportedOSPlatform("linux")]
public sealed partial class ConnectTests
{
    private const uint Nobody = 65534;

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"ciliate-test-{Guid.NewGuid():N}.sock");

    [Fact]
    public async Task A_socket_that_is_not_there_is_told() =>
        Assert.Equal(
            $"cannot reach the agent at {_path}: there is no such socket – is ciliated running?",
            (await Assert.ThrowsAsync<ApiException>(ConnectAsync)).Message);

    [Fact]
    public async Task A_socket_that_an_agent_left_behind_is_told()
    {
        using (var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            listener.Bind(new UnixDomainSocketEndPoint(_path));
            Assert.Equal(
                $"cannot reach the agent at {_path}: nothing listens there – is ciliated running?",
                (await Assert.ThrowsAsync<ApiException>(ConnectAsync)).Message);
        }

        File.Delete(_path);
    }

    [Fact]
    public async Task A_path_that_no_socket_can_have_is_told()
    {
        string longPath = $"/{new string('x', 200)}";
        ApiException e = await Assert.ThrowsAsync<ApiException>(() => new AgentClient(longPath).GetStatusAsync(CancellationToken.None));
        Assert.Equal($"the socket path \"{longPath}\" is empty or too long for a Unix socket", e.Message);
    }

    [Fact]
    public void Who_may_not_connect_is_told_who_may()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_path));
        listener.Listen();
        File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Exception? refused = AsNobody(() => ConnectAsync().GetAwaiter().GetResult());
        File.Delete(_path);
        Assert.Equal($"permission denied on {_path}: run as root or as a member of the group \"ciliate\"", Assert.IsType<ApiException>(refused).Message);
    }

    private Task ConnectAsync() => new AgentClient(_path) { Timeout = TimeSpan.FromSeconds(5) }.GetStatusAsync(CancellationToken.None);

    /// <summary>The file system's user id belongs to a thread; giving it up takes root's right to every file with it (setfsuid(2)).</summary>
    private static Exception? AsNobody(Action action)
    {
        Exception? thrown = null;
        var thread = new Thread(() =>
        {
            _ = setfsuid(Nobody);
            thrown = Record.Exception(action);
        });
        thread.Start();
        thread.Join();
        return thrown;
    }

    [LibraryImport("libc")]
    private static partial int setfsuid(uint user);
}
