namespace Ciliate.Oracle.Frames;

/// <summary>ARP (RFC 826, RFC 5227) and neighbour discovery (RFC 4861), which a container speaks with its gateway alone: a question for the
/// gateway is answered, everything else goes nowhere.</summary>
internal static class Neighbours
{
    private const int RouterSolicitation = 133, NeighbourSolicitation = 135, Redirect = 137;

    /// <summary>Of neighbours, routers or listeners (RFC 9777).</summary>
    public static bool IsAbout(in SeenPacket seen) =>
        seen.Protocol == 58 && seen.Piece != Piece.Later && seen.IcmpType is (>= RouterSolicitation and <= Redirect) or 131 or 132 or 143;

    public static string? ArpRefusal(Site site, ContainerSite own, ReadOnlySpan<byte> frame)
    {
        const int arp = 14;
        if (frame.Length < arp + 28)
            return "ARP is cut off";
        bool isRequest = Wire.Number32(frame, arp) == 0x0001_0800 && Wire.Number32(frame, arp + 4) == 0x0604_0001;
        var sender = Wire.IPv4(frame, arp + 14);
        bool isOwn = frame.Slice(arp + 8, 6).SequenceEqual(own.Mac) && (sender == own.IPv4 || (uint)sender == 0);
        return !isRequest ? "no request" : !isOwn ? "spoofed ARP" : Wire.IPv4(frame, arp + 24) != site.GatewayIPv4 ? "not for the gateway" : null;
    }

    public static string? Refusal(Site site, ContainerSite own, ReadOnlySpan<byte> frame, in SeenPacket seen)
    {
        if (seen.IcmpType != NeighbourSolicitation)
            return "no question";
        if (seen.HopLimit != 255 || seen.IcmpCode != 0 || seen.HasExtensions || seen.Transport + 24 > seen.End)
            return "against RFC 4861, 7.1.1";
        if (seen.Source != own.IPv6 && seen.Source != own.LinkLocal)
            return "spoofed address";
        if (Wire.IPv6(frame, seen.Transport + 8) != site.GatewayIPv6)
            return "not for the gateway";
        int option = seen.Transport + 24;
        if (option == seen.End)
            return null;
        if (option + 8 > seen.End || frame[option + 1] == 0)
            return "a broken option";
        return frame[option] == 1 && !frame.Slice(option + 2, 6).SequenceEqual(own.Mac) ? "spoofed option" : null;
    }
}
