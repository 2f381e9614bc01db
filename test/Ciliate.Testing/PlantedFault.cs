namespace Ciliate.Testing;

/// <summary>A reader with a fault that chance would not find in days: four letters, each in its place. A search that sees branches finds it
/// letter by letter.</summary>
public static class PlantedFault
{
    /// <exception cref="InvalidOperationException">The input starts with the four letters that it must not start with.</exception>
    public static void Read(ReadOnlySpan<byte> input)
    {
        int matched = 0;
        while (matched < input.Length && Continues(input[matched], matched))
            matched++;
        if (matched == 4)
            throw new InvalidOperationException("the planted fault");
    }

    // A branch for each letter: the turns of one loop over all of them would look alike.
    private static bool Continues(byte letter, int matched) => matched switch
    {
        0 => letter == 'e',
        1 => letter == 'B',
        2 => letter == 'P',
        3 => letter == 'F',
        _ => false,
    };
}
