namespace Ciliate.Bpf.Specialization;

internal enum ValueKind : byte
{
    /// <summary>Anything but an address in the own stack frame.</summary>
    Unknown,

    /// <summary>Anything, an address in the own frame too.</summary>
    MayBeFrame,

    Number,

    /// <summary>Of the own stack frame, counted from the frame pointer.</summary>
    FrameAddress,

    /// <summary>Of the only value of an array map.</summary>
    MapAddress,

    /// <summary>Of a map itself.</summary>
    Map,
}

/// <summary>What is known of a register at a place in a program, on all ways that lead there.</summary>
/// <param name="Map">Of a map, or of an address in its value: which, in <see cref="ObjectSpec.Maps"/>.</param>
/// <param name="Bits">The number; or bytes from the start of the frame or of the value.</param>
internal readonly record struct Value(ValueKind Kind, int Map, ulong Bits)
{
    public static Value Unknown => default;

    public static readonly Value MayBeFrame = new(ValueKind.MayBeFrame, 0, 0);

    public bool IsNumber => Kind == ValueKind.Number;

    public bool IsFrameAddress => Kind == ValueKind.FrameAddress;

    public bool IsMapAddress => Kind == ValueKind.MapAddress;

    /// <summary>Whether the own frame could be reached by it.</summary>
    public bool MayReachFrame => Kind is ValueKind.FrameAddress or ValueKind.MayBeFrame;

    public static Value Number(ulong number) => new(ValueKind.Number, 0, number);

    public static Value FrameAddress(long offset) => new(ValueKind.FrameAddress, 0, (ulong)offset);

    public static Value MapAddress(int map, int offset) => new(ValueKind.MapAddress, map, (ulong)offset);

    /// <summary>What holds of both.</summary>
    public static Value Join(Value left, Value right) =>
        left.Is(right) ? left : left.MayReachFrame || right.MayReachFrame ? MayBeFrame : Unknown;

    public bool Is(Value other) => Kind == other.Kind && Bits == other.Bits && Map == other.Map;
}
