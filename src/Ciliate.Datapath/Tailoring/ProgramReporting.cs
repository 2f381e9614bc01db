using Ciliate.Bpf;
using Ciliate.Bpf.Specialization;
using Ciliate.Linux;

namespace Ciliate.Datapath.Tailoring;

/// <summary>Says of programs what they are: by making them again, which yields the same, and by asking the kernel about those that run. So nothing has
/// to be kept of them.</summary>
/// <param name="withCode">Their instructions, too.</param>
internal sealed class ProgramReporting(EndpointTailor tailor, EndpointPrograms programs, bool withCode)
{
    /// <summary>Of an endpoint.</summary>
    public EndpointProgramReport Of(ushort id, EndpointWiring? wiring)
    {
        var settled = programs.SettledOf(id) ?? new SettledPrograms(TailoringState.Pending, null, []);
        return Report(settled, settled.State == TailoringState.Tailored ? wiring : null, name => programs.ProgramOf(id, name));
    }

    /// <summary>Of those that all endpoints share.</summary>
    /// <param name="idOf">By which the kernel knows one.</param>
    public EndpointProgramReport OfShared(Func<string, uint> idOf) => Report(new SettledPrograms(TailoringState.Off, null, []), null, idOf);

    private EndpointProgramReport Report(SettledPrograms settled, EndpointWiring? wiring, Func<string, uint> idOf)
    {
        var spec = tailor.SpecOf(wiring);
        return new EndpointProgramReport(
            settled.State, settled.Refusal,
            [.. EndpointPrograms.Names.Select(name => Describe(UserGrafts.PutInto(spec, name, wiring?.Users), name, settled, InfoOf(idOf(name))))]);
    }

    private ProgramReport Describe(ObjectSpec spec, string name, SettledPrograms settled, ProgramInfo? info)
    {
        var special = settled.State == TailoringState.Tailored ? EndpointTailor.Specialize(spec, name) : AsItIs(spec, name);
        var (features, removed) = ProgramFeatures.Of(spec);
        return new ProgramReport(
            name, info?.Id ?? 0, [.. special.Constants.Select(ConstantText.Of)], features, removed,
            special.InstructionsBefore, special.InstructionsAfter,
            (info?.TranslatedSize ?? 0) / Instruction.SlotSize, info?.JitedSize ?? 0, info?.VerifiedInstructions ?? 0,
            special.Maps, special.RemovedMaps, special.RemovedFunctions,
            settled.Times.FirstOrDefault(times => times.Name == name),
            withCode ? spec.List(name) : null);
    }

    /// <summary>Of a program that all share: which constants it reads is found out in the same way, and the rest is dropped.</summary>
    private static SpecializationReport AsItIs(ObjectSpec spec, string name)
    {
        var report = Specializer.Specialize(spec, name).Report;
        return report with
        {
            InstructionsAfter = report.InstructionsBefore,
            RemovedFunctions = [],
            Maps = [.. report.Maps.Concat(report.RemovedMaps).Order(StringComparer.Ordinal)],
            RemovedMaps = [],
        };
    }

    /// <summary>Null when it does not run, or has gone meanwhile.</summary>
    private static ProgramInfo? InfoOf(uint kernelId)
    {
        if (kernelId == 0)
            return null;
        try
        {
            using var program = BpfProgram.Open(kernelId);
            return program.Info;
        }
        catch (LinuxException error) when (error.Errno == Errno.ENOENT)
        {
            return null;
        }
    }
}
