using System.Net;
using System.Net.NetworkInformation;
using Ciliate.Datapath.Tests.Packets;
using Ciliate.Oracle;

namespace Ciliate.Verdicts.Tests;

/// <summary>Addresses of everybody in a <see cref="World"/>.</summary>
internal static class Stations
{
    public static readonly Station Gateway = New("gateway", 0xfe, "10.9.0.1", "fd09::1");

    public static readonly IReadOnlyList<Station> Containers =
        [.. Enumerable.Range(2, World.ContainerCount).Select(i => New($"container {i}", (byte)i, $"10.9.0.{i}", $"fd09::{i}"))];

    public static Station Of(Party party, World world)
    {
        if (party.IsContainer)
            return Containers[world.IndexOf(party)];
        return party.Outside is { } address ? new Station("outside", Gateway.Mac, address, address) : OfEntity(party.Entity!);
    }

    public static Station OfEntity(string entity)
    {
        int index = Array.IndexOf(World.Entities, entity);
        return New(entity, 0xfe, $"10.9.1.{index + 1}", $"fd09::1:{index + 1}");
    }

    /// <summary>The prefix of one address.</summary>
    public static IPNetwork Whole(IPAddress address) => new(address, address.GetAddressBytes().Length * 8);

    private static Station New(string name, byte last, string ipv4, string ipv6) =>
        new(name, new PhysicalAddress([0x02, 0, 0, 0, 0, last]), IPAddress.Parse(ipv4), IPAddress.Parse(ipv6));
}
