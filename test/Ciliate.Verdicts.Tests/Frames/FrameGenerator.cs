namespace Ciliate.Verdicts.Tests.Frames;

/// <summary>Frames layer by layer, mostly right and sometimes not, at every hook.</summary>
internal sealed class FrameGenerator(Random random, FrameRig rig, Pools pools)
{
    private static readonly int[] s_etherTypes = [0x8100, 0x88a8, 0x9100, 0x0806, 0x0800, 0x86dd, 0x8847, 0x0100, 0x88cc];

    private readonly FrameWriter _writer = new();
    private readonly PacketBuilder _packets = new(random, pools);

    public FrameShot Next()
    {
        bool isIPv6 = random.Chance(0.5);
        int container = random.Next(rig.Site.Containers.Count);
        _writer.Clear();
        return random.Next(100) switch
        {
            < 4 => Arp(container),
            < 8 => Solicitation(container),
            < 60 => FromContainer(container, isIPv6),
            < 88 => ToContainer(container, isIPv6),
            _ => FromUplink(isIPv6),
        };
    }

    private FrameShot FromContainer(int container, bool isIPv6)
    {
        Ethernet(Unlikely() ? RandomMac() : rig.Site.GatewayMac, Unlikely() ? RandomMac() : rig.Site.Containers[container].Mac, TypeOf(isIPv6));
        var source = random.Chance(0.95) ? pools.Own(container, isIPv6) : pools.Anybody(isIPv6);
        _packets.Write(_writer, isIPv6, source, pools.Anybody(isIPv6));
        return new FrameShot(HookPoint.FromContainer, container, 0, false, _writer.Frame);
    }

    private FrameShot ToContainer(int container, bool isIPv6)
    {
        Ethernet(rig.Site.Containers[container].Mac, rig.Site.GatewayMac, TypeOf(isIPv6));
        var destination = random.Chance(0.97) ? pools.Own(container, isIPv6) : pools.Anybody(isIPv6);
        _packets.Write(_writer, isIPv6, pools.Anybody(isIPv6), destination);
        return new FrameShot(HookPoint.ToContainer, container, ArrivedOn(), random.Chance(0.05), _writer.Frame);
    }

    private FrameShot FromUplink(bool isIPv6)
    {
        Ethernet(Unlikely() ? RandomMac() : rig.UplinkMac, RandomMac(), TypeOf(isIPv6));
        var destination = random.Chance(0.6) ? (isIPv6 ? rig.Site.UplinkIPv6 : rig.Site.UplinkIPv4) : pools.Anybody(isIPv6);
        _packets.Write(_writer, isIPv6, random.Chance(0.9) ? pools.Remote(isIPv6) : pools.Anybody(isIPv6), destination);
        return new FrameShot(HookPoint.FromUplink, 0, 0, false, _writer.Frame);
    }

    /// <summary>RFC 826.</summary>
    private FrameShot Arp(int container)
    {
        var own = rig.Site.Containers[container];
        Ethernet(random.Chance(0.5) ? [0xff, 0xff, 0xff, 0xff, 0xff, 0xff] : rig.Site.GatewayMac, own.Mac, 0x0806);
        _writer.Number16(Unlikely() ? 6 : 1).Number16(Unlikely() ? 0x86dd : 0x0800).Byte(Unlikely() ? 8 : 6).Byte(Unlikely() ? 16 : 4)
            .Number16(random.Chance(0.8) ? 1 : random.Next(4))
            .Bytes(Unlikely() ? RandomMac() : own.Mac).Address(random.Chance(0.8) ? own.IPv4 : pools.Anybody(false), false)
            .Zeros(6).Address(random.Chance(0.7) ? rig.Site.GatewayIPv4 : pools.Anybody(false), false).Zeros(random.Pick(0, 18));
        return new FrameShot(HookPoint.FromContainer, container, 0, false, _writer.Frame);
    }

    /// <summary>RFC 4861, 4.3; other types of the family have the same layout or a shorter one.</summary>
    private FrameShot Solicitation(int container)
    {
        var own = rig.Site.Containers[container];
        Ethernet(random.Chance(0.5) ? [0x33, 0x33, 0xff, 0, 0, 1] : rig.Site.GatewayMac, own.Mac, 0x86dd);
        bool option = random.Chance(0.6);
        _writer.Number32(0x60000000).Number16(24 + (option ? 8 : 0)).Byte(58).Byte(Unlikely() ? 64 : 255)
            .Address(random.Pick<UInt128>(own.IPv6, own.IPv6, own.LinkLocal, 0, pools.Anybody(true)), true)
            .Address(random.Pick<UInt128>(rig.Site.GatewayIPv6, pools.Anybody(true)), true)
            .Byte(random.Chance(0.7) ? 135 : random.Next(131, 138)).Byte(Unlikely() ? 1 : 0).Number16(0).Number32(random.Chance(0.9) ? 0 : 0xa0000000)
            .Address(random.Chance(0.7) ? rig.Site.GatewayIPv6 : pools.Anybody(true), true);
        if (option)
            _writer.Byte(random.Pick(1, 1, 2)).Byte(Unlikely() ? random.Next(3) : 1).Bytes(Unlikely() ? RandomMac() : own.Mac);
        return new FrameShot(HookPoint.FromContainer, container, 0, false, _writer.Frame);
    }

    private void Ethernet(ReadOnlySpan<byte> destination, ReadOnlySpan<byte> source, int type) => _writer.Bytes(destination).Bytes(source).Number16(type);

    private int TypeOf(bool isIPv6) => Unlikely() ? random.Pick(s_etherTypes) : isIPv6 ? 0x86dd : 0x0800;

    private int ArrivedOn() => random.Next(6) switch
    {
        0 or 1 => FrameShot.ByHost,
        2 => FrameShot.ByUplink,
        3 => FrameShot.ByOthers,
        _ => random.Next(rig.Site.Containers.Count),
    };

    private bool Unlikely() => random.Chance(0.02);

    private byte[] RandomMac() => random.Next(4) switch
    {
        0 => [0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        1 => [0x01, 0, 0x5e, 0, 0, 1],
        2 => rig.Site.Containers[random.Next(rig.Site.Containers.Count)].Mac,
        _ => [0x02, 0, 0, 0, 0, 0x77],
    };
}
