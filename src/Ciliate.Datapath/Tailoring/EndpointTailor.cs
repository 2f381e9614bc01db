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
    /// <exception cref="BpfObjectException">A program has a form that cannot be made for its constants.</exception>
    /// <exception cref="VerifierException">The kernel refuses one.</exception>
    /// <exception cref="Linux.LinuxException">It refuses something else.</exception>
    /// <param name="users">Become part of the code; the pair's when there is one.</param>
    /// <param name="policy">To be part of the code where that is worth it; null: the tables are asked for everything.</param>
    public TailoredPair Make(EndpointWiring wiring, UserGrafts users, SmallPolicy? policy = null)
    {
        var spec = SpecOf(wiring);
        var loaded = new List<LoadedObject>();
        try
        {
            var reports = new List<ProgramReport>();
            foreach (var name in users.Names)
                reports.Add(Make(users.PutInto(WithPolicy(spec, name, policy), name), name, users, loaded));
            return new TailoredPair(loaded, users, new EndpointProgramReport(true, null, reports));
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
        if (policy is null || name == EndpointPrograms.DeliverToContainer || PolicyCode.Of(policy, direction) is not { } code)
            return spec;
        var own = spec.Clone();
        own.SetConstant("own_policy_generation", policy.Generation);
        own.SetConstant("own_policy_additions", policy.Additions);
        own.SetConstant("own_policy_direction", (byte)direction);
        FunctionGraft.Replace(own, name, "policy_as_code", code);
        return own;
    }

    /// <param name="all">Gets the program when it is loaded.</param>
    private ProgramReport Make(ObjectSpec spec, string name, UserGrafts users, List<LoadedObject> all)
    {
        long start = Stopwatch.GetTimestamp();
        var special = Specialize(spec, name);
        long made = Stopwatch.GetTimestamp();
        var loaded = users.Load(loader, spec, name, maps);
        all.Add(loaded);
        var loadTime = Stopwatch.GetElapsedTime(made);
        var (features, removed) = ProgramFeatures.Of(spec);
        var info = loaded.Program(name).Info;
        return new ProgramReport(
            name, info.Id, [.. special.Constants.Select(ConstantText.Of)], features, removed,
            special.InstructionsBefore, special.InstructionsAfter, info.TranslatedSize / Instruction.SlotSize, info.JitedSize, info.VerifiedInstructions,
            special.Maps, special.RemovedMaps, special.RemovedFunctions,
            Stopwatch.GetElapsedTime(start, made), loadTime);
    }
}
