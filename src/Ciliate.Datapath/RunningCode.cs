using Ciliate.Bpf;
using Ciliate.Linux;

namespace Ciliate.Datapath;

/// <summary>Tells whether a program that runs is what a spec would be loaded as: the same instructions over the same maps and constants. So
/// what an agent before has loaded need not be verified again.</summary>
/// <param name="shared">Maps that all programs share.</param>
/// <param name="tags">By the names of programs, as the kernel gave them to the object that specs are clones of. Constants are not in the
/// instructions but in a map of the program's own, so all that are loaded from one object have one tag.</param>
internal sealed class RunningCode(IEnumerable<BpfMap> shared, IReadOnlyDictionary<string, string> tags)
{
    private const string Constants = ".rodata";

    private readonly HashSet<uint> _shared = [.. shared.Select(map => map.Info.Id)];

    /// <param name="programId">0 for none.</param>
    public bool Is(uint programId, string program, ObjectSpec spec)
    {
        if (programId == 0)
            return false;
        try
        {
            using var running = BpfProgram.Open(programId);
            uint[] own = [.. running.Info.MapIds.Where(id => !_shared.Contains(id))];
            return running.Info.Tag == tags[program] && own.Length == 1 && HasConstants(own[0], spec);
        }
        catch (LinuxException error) when (error.Errno == Errno.ENOENT)
        {
            return false;
        }
    }

    private static bool HasConstants(uint mapId, ObjectSpec spec)
    {
        using var map = BpfMap.Open(mapId);
        return map.Name == Constants && map.ReadElement(0).AsSpan().SequenceEqual(spec.DataSection(Constants).Span);
    }
}
