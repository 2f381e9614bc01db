using System.Globalization;

namespace Ciliate.Linux;

/// <summary>Users and groups as far as the files of /etc know them; directory services are not asked.</summary>
public static class UserDatabase
{
    /// <summary>The id of a group, or null when there is none of that name. Format: group(5).</summary>
    public static uint? FindGroup(string name) => File.Exists("/etc/group") ? FindGroup(name, File.ReadLines("/etc/group")) : null;

    internal static uint? FindGroup(string name, IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            string[] fields = line.Split(':');
            if (fields.Length >= 3 && fields[0] == name
                && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint id))
            {
                return id;
            }
        }

        return null;
    }
}
