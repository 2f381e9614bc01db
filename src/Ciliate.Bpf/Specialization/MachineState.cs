namespace Ciliate.Bpf.Specialization;

/// <summary>What is known at one place: the registers, and the bytes of the private part of the frame.</summary>
/// <param name="registers">r0 to r10.</param>
/// <param name="frame">A byte's value, or <see cref="Anything"/>.</param>
internal readonly ref struct MachineState(Span<Value> registers, Span<short> frame, FrameRange range)
{
    /// <summary>A byte of which nothing is known.</summary>
    public const short Anything = -1;

    public Span<Value> Registers { get; } = registers;

    private Span<short> Frame { get; } = frame;

    public void CopyFrom(MachineState other)
    {
        other.Registers.CopyTo(Registers);
        other.Frame.CopyTo(Frame);
    }

    /// <summary>Keeps what holds in the other state too. False if that is all that was known.</summary>
    public bool JoinWith(MachineState other)
    {
        bool changed = false;
        for (int i = 0; i < Registers.Length; i++)
        {
            Value joined = Value.Join(Registers[i], other.Registers[i]);
            changed |= !joined.Is(Registers[i]);
            Registers[i] = joined;
        }

        return (!Frame.SequenceEqual(other.Frame) && JoinFrames(other.Frame)) || changed;
    }

    private bool JoinFrames(ReadOnlySpan<short> other)
    {
        bool changed = false;
        for (int i = 0; i < Frame.Length; i++)
        {
            if (Frame[i] != Anything && Frame[i] != other[i])
            {
                Frame[i] = Anything;
                changed = true;
            }
        }

        return changed;
    }

    /// <summary>What a load from the frame yields.</summary>
    public Value LoadFrame(int offset, int width, bool signed)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        if (!range.Contains(offset, width))
        {
            return Value.Unknown;
        }

        for (int i = 0; i < width; i++)
        {
            short known = Frame[offset - range.Start + i];
            if (known == Anything)
            {
                return Value.Unknown;
            }

            bytes[i] = (byte)known;
        }

        return Value.Number(Arithmetic.Read(bytes, width, signed));
    }

    /// <summary>A store to the frame, of which the bytes outside the private part are nobody's business here.</summary>
    public void StoreFrame(int offset, int width, Value value)
    {
        for (int i = 0; i < width; i++)
        {
            if (range.Contains(offset + i, 1))
            {
                Frame[offset + i - range.Start] = value.IsNumber ? (byte)(value.Bits >> (8 * i)) : Anything;
            }
        }
    }
}
