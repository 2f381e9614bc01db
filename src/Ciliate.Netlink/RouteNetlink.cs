using System.Text;
using Ciliate.Linux;
using Ciliate.Netlink.Protocol;

namespace Ciliate.Netlink;

/// <summary>Links, addresses, routes, neighbours and filters of one network namespace, by rtnetlink(7). The socket is opened inside the namespace;
/// the object is used from any thread afterwards, one request at a time. Every method is one request and returns when the kernel has
/// done it; a refusal is a <see cref="NetlinkException"/> that names the thing.</summary>
public sealed partial class RouteNetlink : IDisposable
{
    internal const int RequestSize = 1024;
    private const int MaxNameLength = 15;

    private readonly NetlinkChannel _channel;

    private RouteNetlink(NetlinkChannel channel) => _channel = channel;

    /// <summary>For the namespace of the calling thread.</summary>
    public static RouteNetlink OpenCurrent() => new(new NetlinkChannel());

    public static RouteNetlink Open(NetworkNamespace networkNamespace) => networkNamespace.Run(OpenCurrent);

    public void Dispose() => _channel.Dispose();

    /// <summary>The kernel's rule for names (dev_valid_name).</summary>
    private static string ValidName(string name)
    {
        bool valid = name.Length > 0 && name is not ("." or "..") && Encoding.UTF8.GetByteCount(name) <= MaxNameLength
            && !name.Any(character => character is '/' or ':' or '\0' || char.IsWhiteSpace(character));
        return valid
            ? name
            : throw new ArgumentException(
                $"'{name}' cannot name a link: 1 to {MaxNameLength} bytes without '/', ':' or spaces",
                nameof(name));
    }
}
