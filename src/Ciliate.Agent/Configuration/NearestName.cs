namespace Ciliate.Agent.Configuration;

/// <summary>What somebody may have meant who wrote a name that does not exist.</summary>
public static class NearestName
{
    /// <summary>", did you mean 'socket'?", or nothing when no name is near: at most a third of the letters may differ.</summary>
    public static string Hint(string unknown, IEnumerable<string> names)
    {
        (string name, int distance) = names.Select(name => (name, Distance(unknown, name))).MinBy(pair => pair.Item2);
        return distance <= Math.Max(1, unknown.Length / 3) ? $", did you mean '{name}'?" : "";
    }

    /// <summary>Letters to insert, delete or replace until one becomes the other (Levenshtein).</summary>
    private static int Distance(string from, string to)
    {
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        foreach (char letter in from)
        {
            int diagonal = row[0]++;
            for (int i = 1; i <= to.Length; i++)
            {
                int replaced = diagonal + (to[i - 1] == letter ? 0 : 1);
                diagonal = row[i];
                row[i] = Math.Min(replaced, Math.Min(row[i], row[i - 1]) + 1);
            }
        }

        return row[^1];
    }
}
