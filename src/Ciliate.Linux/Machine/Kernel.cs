namespace Ciliate.Linux;

/// <summary>What the running kernel says of itself.</summary>
public static class Kernel
{
    /// <summary>uname -r, such as "6.1.0-28-amd64".</summary>
    public static string Release { get; } = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();

    /// <summary>Major and minor number of <see cref="Release"/>.</summary>
    public static Version Version { get; } = ParseVersion(Release);

    internal static Version ParseVersion(string release)
    {
        string[] parts = release.Split('.', '-', '+');
        return parts.Length >= 2 && int.TryParse(parts[0], out int major) && int.TryParse(parts[1], out int minor)
            ? new Version(major, minor)
            : throw new FormatException($"'{release}' is not a kernel release");
    }
}
