namespace Ciliate.Bpf;

/// <summary>Whether an existing map can stand for one that an object defines.</summary>
internal static class MapCompatibility
{
    /// <exception cref="MapMismatchException">It cannot.</exception>
    public static void Check(MapSpec wanted, BpfMap map, string where)
    {
        MapInfo found = map.Info;
        Same("type", wanted.Type, found.Type);
        Same("key size", wanted.KeySize, found.KeySize);
        if (wanted.ValueSize != 0)
        {
            Same("value size", wanted.ValueSize, found.ValueSize);
        }

        Same("max entries", wanted.MaxEntries, found.MaxEntries);
        Same("flags", wanted.Flags, found.Flags);

        void Same<T>(string what, T expected, T actual) where T : notnull
        {
            if (!expected.Equals(actual))
            {
                throw new MapMismatchException($"map {wanted.Name} {where} has {what} {actual}, the object needs {expected}");
            }
        }
    }
}

/// <summary>A pinned or given map is not what the object defines. One line that names the map and the difference.</summary>
public sealed class MapMismatchException(string message) : Exception(message);
