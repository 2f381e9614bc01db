using System.Globalization;
using System.Net.Sockets;
using Ciliate.Oracle;

namespace Ciliate.Verdicts.Tests;

/// <summary>A packet together with the family it travels in, which the labels of its ends do not tell.</summary>
internal sealed record Shot(Packet Packet, bool IsIPv6)
{
    public override string ToString() => $"{Packet}, {(IsIPv6 ? "IPv6" : "IPv4")}";
}

/// <summary>Random first packets, on ports and messages that the policies name and right beside them.</summary>
internal sealed class PacketGenerator(Random random, World world, IReadOnlyList<WrittenPolicy> policies)
{
    private static readonly int[] PortProtocols = [6, 6, 17, 132];

    private const int Attempts = 24;

    private static readonly Outcome[] Wanted = [Outcome.NotEnforced, Outcome.AllowedByRule, Outcome.DeniedByRule, Outcome.DeniedByRule, Outcome.DeniedByDefault];

    private readonly int[] _ports = [.. World.Ports, .. EdgesOf(policies)];

    /// <summary>Left to chance nearly all would be denied by default: so the verdict is chosen first, and a packet looked for that has it.</summary>
    public Shot Next()
    {
        var wanted = random.Pick(Wanted);
        var shot = Any();
        for (int i = 0; i < Attempts && Judge.OutcomeOf(policies, shot.Packet) != wanted; i++)
            shot = Any();
        return shot;
    }

    private Shot Any()
    {
        var container = random.Pick(world.Containers);
        bool isIPv6 = random.Chance(0.5);
        var other = Other(container, ref isIPv6);
        var (source, destination) = random.Chance(0.5) ? (container, other) : (other, container);
        var (protocol, port) = Content(isIPv6);
        return new Shot(new Packet(source, destination, protocol, port), isIPv6);
    }

    private Party Other(Party container, ref bool isIPv6)
    {
        if (random.Chance(0.5))
            return random.Pick([.. world.Containers.Where(other => !ReferenceEquals(other, container))]);
        if (random.Chance(0.3))
            return Party.Of(random.Pick(World.Entities));
        var address = random.Pick(World.Outside);
        isIPv6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        return Party.At(address);
    }

    private (int Protocol, int Port) Content(bool isIPv6) => random.Next(8) switch
    {
        0 => isIPv6 ? (58, random.Pick(FrameMaker.IcmpV6Types)) : (1, random.Pick(FrameMaker.IcmpTypes)),
        1 => (random.Pick(47, 50), 0),
        _ => (random.Pick(PortProtocols), random.Pick(_ports)),
    };

    /// <summary>The ends of ranges and what is next to them.</summary>
    private static IEnumerable<int> EdgesOf(IReadOnlyList<WrittenPolicy> policies) =>
        from port in policies.SelectMany(WrittenPorts.Of)
        let first = int.TryParse(port.Number, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0
        where first > 0
        from edge in new[] { first - 1, first, port.EndPort ?? first, (port.EndPort ?? first) + 1 }
        where edge > 0
        select edge;
}
