using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Ciliate.Agent.Hosting;

/// <summary>Tells systemd how the agent is (sd_notify(3)): datagrams to the socket that NOTIFY_SOCKET names. Without one nothing is told.</summary>
/// <param name="address">Value of NOTIFY_SOCKET: a path, or a name in the abstract space after an at sign.</param>
/// <param name="patience">How long systemd waits for <see cref="TellAlive"/> before it ends the process and starts another; null: it does not.</param>
public sealed class ServiceManager(string? address, TimeSpan? patience = null)
{
    private readonly UnixDomainSocketEndPoint? _endpoint = string.IsNullOrEmpty(address)
        ? null
        : new UnixDomainSocketEndPoint(address[0] == '@' ? '\0' + address[1..] : address);

    private string? _status;

    public TimeSpan? Patience => patience;

    public static ServiceManager FromEnvironment() => new(
        Environment.GetEnvironmentVariable("NOTIFY_SOCKET"),
        WatchdogTime(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), Environment.GetEnvironmentVariable("WATCHDOG_PID")));

    /// <summary><see cref="Patience"/> as sd_watchdog_enabled(3) has it.</summary>
    /// <param name="microseconds">Value of WATCHDOG_USEC.</param>
    /// <param name="processId">Value of WATCHDOG_PID: whom the watchdog is meant for; null: everybody.</param>
    public static TimeSpan? WatchdogTime(string? microseconds, string? processId)
    {
        bool ours = string.IsNullOrEmpty(processId) || processId == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return ours && long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out long time) && time > 0
            ? TimeSpan.FromMicroseconds(time)
            : null;
    }

    public void TellReady() => Send("READY=1");

    public void TellStopping() => Send("STOPPING=1\nSTATUS=stopping; containers stay connected and protected");

    public void TellAlive() => Send("WATCHDOG=1");

    /// <summary>The line that <c>systemctl status</c> shows; told only when it is another than before.</summary>
    public void TellStatus(string sentence)
    {
        if (Interlocked.Exchange(ref _status, sentence) != sentence)
            Send("STATUS=" + sentence.ReplaceLineEndings(" "));
    }

    private void Send(string state)
    {
        if (_endpoint is null)
            return;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.SendTo(Encoding.UTF8.GetBytes(state), _endpoint);
        }
        catch (SocketException)
        {
            // Nobody listens any more, and that is no reason to end.
        }
    }
}
