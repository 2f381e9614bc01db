using Ciliate.Fuzz.Targets.Api;

namespace Ciliate.Fuzz.Targets;

internal static class FuzzTargets
{
    private static readonly IFuzzTarget[] s_all = [new ElfTarget(), new BtfTarget(), new PolicyTarget(), new ApiTarget(), new PlantedTarget()];

    public static IFuzzTarget Find(string name) => s_all.FirstOrDefault(target => target.Name == name)
        ?? throw new UsageException($"there is no target '{name}'; there are {string.Join(", ", s_all.Select(target => target.Name))}");
}
