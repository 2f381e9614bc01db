using System.Globalization;

namespace Ciliate.Datapath.Hooks;

/// <summary>A filter has no pin of its own, so what must be known to find it again is the name of an empty directory on the bpffs:
/// <c>PROGRAM@INTERFACE-ID</c>, the interface's index and the number that the kernel gave the program. Nobody but
/// filters holds the program when the agent is gone: if no filter here does and it lives, there is one in another network namespace.</summary>
internal sealed record ClsactRecord(string Directory, string Program, int IfIndex, uint ProgramId)
{
    /// <summary>The name of the filter; it stays when the program is replaced, and is nobody else's on the machine.</summary>
    public string FilterName => Path.Combine(Directory, Program);

    public string RecordPath => FilterName + string.Create(CultureInfo.InvariantCulture, $"@{IfIndex}-{ProgramId}");

    /// <summary>Null when the path is no such record.</summary>
    public static ClsactRecord? TryParse(string path)
    {
        string[] parts = Path.GetFileName(path).Split('@', '-');
        return parts.Length == 3
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int ifIndex)
            && uint.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint programId)
                ? new ClsactRecord(Path.GetDirectoryName(path)!, parts[0], ifIndex, programId)
                : null;
    }
}
