namespace Ciliate.Bpf;

/// <summary>Whether an existing map can stand for one that an object defines.</summary>
internal static class MapCompatibility
{
    /// <exception cref="MapMismatchException">It cannot.</exception>
    public static void Check(MapSpec wanted, BpfMap map, string where)
    {
        if (Difference(wanted, map.Info) is { } difference)
        {
            throw new MapMismatchException($"map {wanted.Name} {where} has {difference}");
        }
    }

    /// <summary>What keeps it from that, in words; null when nothing does.</summary>
    public static string? Difference(MapSpec wanted, MapInfo found) =>
        Same("type", wanted.Type, found.Type)
        ?? Same("key size", wanted.KeySize, found.KeySize)
        ?? (wanted.ValueSize != 0 ? Same("value size", wanted.ValueSize, found.ValueSize) : null)
        ?? Same("max entries", wanted.MaxEntries, found.MaxEntries)
        ?? Same("flags", wanted.Flags, found.Flags);

    private static string? Same<T>(string what, T expected, T actual) where T : notnull =>
        expected.Equals(actual) ? null : $"{what} {actual}, the object needs {expected}";
}

/// <summary>A pinned or given map is not what the object defines. One line that names the map and the difference.</summary>
public sealed class MapMismatchException(string message) : Exception(message);
