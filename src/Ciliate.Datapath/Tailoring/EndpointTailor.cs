using System.Diagnostics;
using Ciliate.Bpf;
using Ciliate.Bpf.Grafting;
using Ciliate.Bpf.Specialization;

namespace Ciliate.Datapath.Tailoring;

/// <summary>Makes the programs of one endpoint: what is settled for it becomes part of the code, and what it does not need is cut out. Its
/// verdicts are those of the generic ones, by the same tables. Thread-safe as long as nobody changes the blueprint.</summary>
/// <param name="blueprint">With the constants of all endpoints, and of the maps' sizes.</param>
internal sealed class EndpointTailor(BpfLoader loader, ObjectSpec blueprint, IReadOnlyDictionary<string, BpfMap> maps)
{
    private static readonly string[] s_names = [EndpointPrograms.FromContainer, EndpointPrograms.ToContainer];

    /// <exception cref="BpfObjectException">A program has a form that cannot be made for its constants.</exception>
    /// <exception cref="VerifierException">The kernel refuses one.</exception>
    /// <exception cref="Linux.LinuxException">It refuses something else.</exception>
    /// <param name="policy">To be part of the code where that is worth it; null: the tables are asked for everything.</param>
    public TailoredPair Make(EndpointWiring wiring, SmallPolicy? policy = null)
    {
        var spec = SpecOf(wiring);
        var loaded = new List<LoadedObject>();
        try
        {
            var reports = new List<ProgramReport>();
            foreach (var name in s_names)
            {
                var (program, report) = Make(WithPolicy(spec, name, policy), name);
                loaded.Add(program);
                reports.Add(report);
            }
            return new TailoredPair(loaded[0], loaded[1], new EndpointProgramReport(true, null, reports));
        }
        catch
        {
            loaded.ForEach(program => program.Dispose());
            throw;
        }
    }

    /// <summary>A spec of the caller's own, with the endpoint's constants, its programs still generic.</summary>
    public ObjectSpec SpecOf(EndpointWiring wiring)
    {
        var spec = blueprint.Clone();
        OwnConstants.Set(spec, wiring);
        return spec;
    }

    /// <summary>The one program in <paramref name="spec"/> that is asked for becomes the tailored one.</summary>
    public static SpecializationReport Specialize(ObjectSpec spec, string name)
    {
        var special = Specializer.Specialize(spec, name);
        spec.ReplaceProgram(special.Program);
        return special.Report;
    }

    /// <summary>Each program judges by one direction's policy of its own endpoint far more often than by the other's.</summary>
    private static ObjectSpec WithPolicy(ObjectSpec spec, string name, SmallPolicy? policy)
    {
        var direction = name == EndpointPrograms.FromContainer ? TrafficDirection.Egress : TrafficDirection.Ingress;
        if (policy is null || PolicyCode.Of(policy, direction) is not { } code)
            return spec;
        var own = spec.Clone();
        own.SetConstant("own_policy_generation", policy.Generation);
        own.SetConstant("own_policy_additions", policy.Additions);
        own.SetConstant("own_policy_direction", (byte)direction);
        FunctionGraft.Replace(own, name, "policy_as_code", code);
        return own;
    }

    private (LoadedObject, ProgramReport) Make(ObjectSpec spec, string name)
    {
        long start = Stopwatch.GetTimestamp();
        var special = Specialize(spec, name);
        long made = Stopwatch.GetTimestamp();
        var loaded = loader.Load(spec, new LoadOptions { MapReplacements = maps, Programs = [name] });
        var loadTime = Stopwatch.GetElapsedTime(made);
        var (features, removed) = ProgramFeatures.Of(spec);
        var info = loaded.Program(name).Info;
        return (loaded, new ProgramReport(
            name, info.Id, [.. special.Constants.Select(ConstantText.Of)], features, removed,
            special.InstructionsBefore, special.InstructionsAfter, info.TranslatedSize / Instruction.SlotSize, info.JitedSize, info.VerifiedInstructions,
            special.Maps, special.RemovedMaps, special.RemovedFunctions,
            Stopwatch.GetElapsedTime(start, made), loadTime));
    }
}
