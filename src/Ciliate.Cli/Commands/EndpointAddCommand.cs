using System.CommandLine;
using System.Net.Sockets;
using Ciliate.Api;

namespace Ciliate.Cli.Commands;

internal static class EndpointAddCommand
{
    private const string ExampleLine = "ciliate endpoint add web --netns /run/netns/web --label app=web --label tier=front";

    private static readonly Argument<string> Name = new("NAME") { Description = "Name of the new endpoint" };

    private static readonly Option<string?> NetworkNamespace = new("--netns")
    {
        Description = "The container's network namespace",
        HelpName = "PATH",
    };

    private static readonly Option<int?> Pid = new Option<int?>("--pid")
    {
        Description = "Instead of --netns: a process of the container",
        HelpName = "N",
    }.WithRange(1, int.MaxValue);

    private static readonly Option<string[]> Labels = new("--label")
    {
        Description = "A label that policies can select by; repeat it for several",
        HelpName = "KEY=VALUE",
    };

    private static readonly Option<string[]> NamedPorts = new("--named-port")
    {
        Description = "A name that policies can use for one of its ports; repeat it for several (protocol: tcp, udp or sctp; default: tcp)",
        HelpName = "NAME=PORT[/PROTOCOL]",
    };

    private static readonly Option<string?> Interface = new("--interface")
    {
        Description = $"Name of the interface inside the container (default: {EndpointChangeRequest.DefaultInterfaceName})",
        HelpName = "NAME",
    };

    private static readonly Option<string?> IPv4 = new Option<string?>("--ipv4")
    {
        Description = "IPv4 address from the agent's range (default: the agent chooses)",
        HelpName = "ADDRESS",
    }.AcceptingAddress(AddressFamily.InterNetwork);

    private static readonly Option<string?> IPv6 = new Option<string?>("--ipv6")
    {
        Description = "IPv6 address from the agent's range (default: the agent chooses)",
        HelpName = "ADDRESS",
    }.AcceptingAddress(AddressFamily.InterNetworkV6);

    public static Command Build(Terminal terminal)
    {
        var command = new CliCommand("add", "Connect a container's network namespace", ExampleLine)
        {
            Name, NetworkNamespace, Pid, Labels, NamedPorts, Interface, IPv4, IPv6,
        };
        command.Validators.Add(static result =>
        {
            if (result.GetResult(NetworkNamespace) is null == result.GetResult(Pid) is null)
                result.AddError("say where the container is: by --netns PATH or by --pid N, one of the two");
        });
        command.Does(terminal, static async (parsed, client, output, cancellationToken) =>
        {
            EndpointResource made = await client
                .PutEndpointAsync(parsed.GetRequiredValue(Name), Request(parsed, output.Terminal), cancellationToken).ConfigureAwait(false);
            output.Write(made, ApiJson.Default.EndpointResource, static endpoint => EndpointCommands.Rows([endpoint]));
        });
        return command;
    }

    private static EndpointChangeRequest Request(ParseResult parsed, Terminal terminal)
    {
        var addressing = new AddressPair(parsed.GetValue(IPv4), parsed.GetValue(IPv6));
        return new EndpointChangeRequest(
            parsed.GetValue(Labels) ?? [],
            parsed.GetValue(NetworkNamespace) is { } path ? terminal.FullPath(path) : null,
            parsed.GetValue(Pid),
            parsed.GetValue(Interface),
            addressing is { IPv4: null, IPv6: null } ? null : addressing,
            parsed.GetValue(NamedPorts) is { Length: > 0 } ports ? ports : null);
    }
}
