namespace Ciliate.Bpf.Specialization;

/// <summary>The sections of an object that no program and nobody else will ever write to, as they will be loaded.</summary>
internal sealed class ConstantMemory(ObjectSpec spec)
{
    public bool IsConstant(int map) => spec.Maps[map].IsConstant;

    /// <summary>The number that a load from a map's value yields; null if it may change, or lies outside.</summary>
    public ulong? Read(int map, ulong offset, int width, bool signed)
    {
        MapSpec section = spec.Maps[map];
        ReadOnlySpan<byte> content = spec.ContentOf(map).Span;
        ulong size = (ulong)(content.IsEmpty ? section.ValueSize : content.Length);
        if (!section.IsConstant || offset > size || (ulong)width > size - offset)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        if (!content.IsEmpty)
        {
            content.Slice((int)offset, width).CopyTo(bytes);
        }

        return Arithmetic.Read(bytes, width, signed);
    }
}

/// <param name="Map">In <see cref="ObjectSpec.Maps"/>.</param>
/// <param name="Offset">Bytes from the start of its value.</param>
/// <param name="Width">Bytes.</param>
/// <param name="Number">What the register holds then.</param>
internal readonly record struct ConstantRead(int Map, int Offset, int Width, ulong Number);
