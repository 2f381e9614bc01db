namespace Ciliate.Cli.Programs;

/// <summary>The longest common subsequence of two lists, in linear space (Hirschberg).</summary>
internal static class LineDifference
{
    /// <returns>Pairs of places with equal keys, in order; all else is in one list only.</returns>
    public static IReadOnlyList<(int Left, int Right)> Common(IReadOnlyList<string> left, IReadOnlyList<string> right)
    {
        // Numbers are compared faster than texts.
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        int[] NumbersOf(IReadOnlyList<string> keys) =>
            [.. keys.Select(key => numbers.TryGetValue(key, out int number) ? number : numbers[key] = numbers.Count)];

        var pairs = new List<(int, int)>();
        Find(NumbersOf(left), NumbersOf(right), 0, 0, pairs);
        return pairs;
    }

    private static void Find(ReadOnlySpan<int> left, ReadOnlySpan<int> right, int leftStart, int rightStart, List<(int, int)> pairs)
    {
        int before = left.CommonPrefixLength(right);
        for (int i = 0; i < before; i++)
            pairs.Add((leftStart + i, rightStart + i));
        left = left[before..];
        right = right[before..];
        (leftStart, rightStart) = (leftStart + before, rightStart + before);
        int after = 0;
        while (after < Math.Min(left.Length, right.Length) && left[^(after + 1)] == right[^(after + 1)])
            after++;
        left = left[..^after];
        right = right[..^after];
        if (left.Length == 1 && right.IndexOf(left[0]) is var place and >= 0)
        {
            pairs.Add((leftStart, rightStart + place));
        }
        else if (left.Length > 1 && right.Length > 0)
        {
            int half = left.Length / 2, split = BestSplit(left, right, half);
            Find(left[..half], right[..split], leftStart, rightStart, pairs);
            Find(left[half..], right[split..], leftStart + half, rightStart + split, pairs);
        }

        for (int i = 0; i < after; i++)
            pairs.Add((leftStart + left.Length + i, rightStart + right.Length + i));
    }

    /// <summary>Where the right list is to be cut so that both parts have most in common with the halves of the left one.</summary>
    private static int BestSplit(ReadOnlySpan<int> left, ReadOnlySpan<int> right, int half)
    {
        int[] upper = Lengths(left[..half], right);
        int[] reversedLeft = left[half..].ToArray(), reversedRight = right.ToArray();
        Array.Reverse(reversedLeft);
        Array.Reverse(reversedRight);
        int[] lower = Lengths(reversedLeft, reversedRight);
        int best = 0;
        for (int split = 1; split <= right.Length; split++)
        {
            if (upper[split] + lower[right.Length - split] > upper[best] + lower[right.Length - best])
                best = split;
        }

        return best;
    }

    /// <summary>What all of the left list has in common with each beginning of the right one.</summary>
    private static int[] Lengths(ReadOnlySpan<int> left, ReadOnlySpan<int> right)
    {
        int[] row = new int[right.Length + 1];
        foreach (int key in left)
        {
            int diagonal = 0;
            for (int i = 0; i < right.Length; i++)
            {
                int above = row[i + 1];
                row[i + 1] = key == right[i] ? diagonal + 1 : Math.Max(above, row[i]);
                diagonal = above;
            }
        }

        return row;
    }
}
