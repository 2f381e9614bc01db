using System.Globalization;
using Ciliate.Oracle;

namespace Ciliate.Verdicts.Tests;

/// <summary>The documented meaning of policies, the engine's tables and the kernel's verdicts are one.
/// <c>CILIATE_SEED</c> repeats a run or makes another, <c>CILIATE_VERDICTS</c> says how many packets are compared.</summary>
public sealed class ThreeWayTests(ITestOutputHelper output)
{
    private const int DefaultSeed = 20260101, DefaultPairs = 20_000;

    public static TheoryData<string> Faults => [.. Mutations.All.Select(mutation => mutation.Name)];

    [Fact]
    public void Oracle_engine_and_kernel_agree()
    {
        int pairs = Setting("CILIATE_VERDICTS", DefaultPairs);
        var campaign = new Campaign(Seed(), Mutation.None);

        string? counterexample = campaign.Run(pairs);

        Assert.True(counterexample is null, counterexample);
        output.WriteLine($"{campaign.Agreed} agree, {campaign.AgreedOverIPv6} of them over IPv6: "
            + string.Join(", ", Enum.GetValues<Outcome>().Select(outcome => $"{campaign.Count(outcome)} {outcome}")));
        // no verdict and no family is so rare that the agreement would say little
        Assert.All([Outcome.NotEnforced, Outcome.AllowedByRule, Outcome.DeniedByRule, Outcome.DeniedByDefault],
            outcome => Assert.InRange(campaign.Count(outcome), pairs / 12, pairs / 2));
        Assert.InRange(campaign.AgreedOverIPv6, pairs / 3, pairs * 2 / 3);
    }

    [Theory, MemberData(nameof(Faults))]
    public void Each_fault_is_noticed(string fault)
    {
        string? counterexample = new Campaign(Seed(), Mutations.All.Single(mutation => mutation.Name == fault)).Run(DefaultPairs);

        Assert.NotNull(counterexample);
        output.WriteLine(counterexample);
    }

    private int Seed()
    {
        int seed = Setting("CILIATE_SEED", DefaultSeed);
        output.WriteLine($"CILIATE_SEED={seed}");
        return seed;
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
