namespace Ciliate.Policy;

/// <summary>How the 32 bits of an identity number are divided. 0 is never an identity: in tables it stands for every peer.</summary>
public static class IdentityNumbers
{
    /// <summary>The lowest number of an ordinary, cluster-wide identity.</summary>
    public const uint FirstOrdinary = 256;

    /// <summary>The highest number of an ordinary identity: 24 bits.</summary>
    public const uint LastOrdinary = 0x00ff_ffff;

    /// <summary>Top byte 1: numbers that only this node knows.</summary>
    public const uint LocalScope = 0x0100_0000;

    /// <summary>The highest number that only this node knows.</summary>
    public const uint LastLocal = 0x01ff_ffff;

    private const uint ScopeMask = 0xff00_0000;

    public static bool IsReserved(uint number) => number is > 0 and < FirstOrdinary;

    public static bool IsOrdinary(uint number) => number is >= FirstOrdinary and <= LastOrdinary;

    public static bool IsLocal(uint number) => (number & ScopeMask) == LocalScope;
}
