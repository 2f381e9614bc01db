using Ciliate.Oracle;

namespace Ciliate.Verdicts.Tests;

/// <summary>Oracle, engine and kernel asked about the same packets, round after round: each round is a set of policies, a world and many
/// packets. Equal seeds give equal rounds.</summary>
internal sealed class Campaign(int seed, Mutation mutation)
{
    private const int PacketsPerRound = 100;

    // A kernel's flow table is not emptied in between; a new one is taken before it could fill.
    private const int RoundsPerKernel = 100;

    private readonly int[] _outcomes = new int[Enum.GetValues<Outcome>().Length];

    /// <summary>Packets on whose verdict all three agreed.</summary>
    public int Agreed => _outcomes.Sum();

    /// <summary>Of these, those that travelled in IPv6.</summary>
    public int AgreedOverIPv6 { get; private set; }

    /// <summary>Of these, those whose verdict has this reason.</summary>
    public int Count(Outcome outcome) => _outcomes[(int)outcome];

    /// <summary>Null, or the first packet on which they do not agree, with the policies that show it.</summary>
    public string? Run(int pairs)
    {
        for (int round = 0; Agreed < pairs; round += RoundsPerKernel)
        {
            using var kernel = new Kernel();
            for (int i = round; i < round + RoundsPerKernel && Agreed < pairs; i++)
            {
                if (RunRound(kernel, new Random(unchecked((seed * 1_000_003) + i))) is { } counterexample)
                    return $"seed {seed}, round {i}: {counterexample}";
            }
        }
        return null;
    }

    private string? RunRound(Kernel kernel, Random random)
    {
        var world = World.Random(random);
        var policies = new PolicyGenerator(random).Policies();
        var engine = Publish(kernel, world, policies);
        var packets = new PacketGenerator(random, world, policies);
        for (int i = 0; i < PacketsPerRound; i++)
        {
            var shot = packets.Next();
            if (Ask(kernel, engine, world, policies, shot) is not { } verdicts)
                continue;
            if (!verdicts.Agree)
                return Describe(kernel, world, policies, shot);
            _outcomes[(int)Judge.OutcomeOf(policies, shot.Packet)]++;
            AgreedOverIPv6 += shot.IsIPv6 ? 1 : 0;
        }
        return null;
    }

    private Engine Publish(Kernel kernel, World world, IReadOnlyList<WrittenPolicy> policies)
    {
        var engine = new Engine(world, PolicyText.Of(mutation.Apply(policies)), mutation.Table);
        kernel.Publish(engine, mutation.Kernel);
        return engine;
    }

    private static ThreeVerdicts? Ask(Kernel kernel, Engine engine, World world, IReadOnlyList<WrittenPolicy> policies, Shot shot) =>
        kernel.Allows(shot, world) is { } inKernel
            ? new ThreeVerdicts(Judge.Allows(policies, shot.Packet), engine.Allows(shot.Packet), inKernel)
            : null;

    private string Describe(Kernel kernel, World world, IReadOnlyList<WrittenPolicy> policies, Shot shot)
    {
        var smallest = Shrinking.Shrink(policies, candidate => VerdictsOf(candidate) is { Agree: false });
        return $"{VerdictsOf(smallest)} on {shot} under\n{PolicyText.Of(smallest)}";

        ThreeVerdicts? VerdictsOf(IReadOnlyList<WrittenPolicy> some) => Ask(kernel, Publish(kernel, world, some), world, some, shot);
    }

    private sealed record ThreeVerdicts(bool Oracle, bool Engine, bool Kernel)
    {
        public bool Agree => Oracle == Engine && Engine == Kernel;

        public override string ToString() => $"oracle {Word(Oracle)}, engine {Word(Engine)}, kernel {Word(Kernel)}";

        private static string Word(bool allowed) => allowed ? "allows" : "denies";
    }
}
