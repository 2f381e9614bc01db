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
        var pair = new TailoredPair(users);
        try
        {
            foreach (var name in users.Names)
            {
                long start = Stopwatch.GetTimestamp();
                var special = users.PutInto(WithPolicy(spec, name, policy), name);
                Specialize(special, name);
                long made = Stopwatch.GetTimestamp();
                var loaded = users.Load(loader, special, name, maps);
                pair.Add(loaded, new ProgramTimes(name, Stopwatch.GetElapsedTime(start, made), Stopwatch.GetElapsedTime(made)));
            }
            return pair;
        }
        catch
        {
            pair.Dispose();
            throw;
        }
    }

    /// <summary>A spec of the caller's own, its programs still generic.</summary>
    /// <param name="wiring">Null: with the constants of all endpoints alone.</param>
    public ObjectSpec SpecOf(EndpointWiring? wiring)
    {
        var spec = blueprint.Clone();
        if (wiring is not null)
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
}
