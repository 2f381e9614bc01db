using Ciliate.Api;
using Ciliate.Bpf;
using Ciliate.Datapath;
using Microsoft.AspNetCore.Http;

namespace Ciliate.Agent.Api;

/// <summary>/v1/endpoint/{reference}/program and /v1/program. To make a program again takes its time, and the control loop need not wait for it.</summary>
internal sealed class ProgramHandlers(AgentServices agent, EndpointHandlers endpoints)
{
    public async Task GetAsync(HttpContext context)
    {
        ushort id = endpoints.Find(EndpointHandlers.Reference(context)).Id;
        bool withCode = WantsCode(context);
        EndpointProgramReport report = await Task.Run(() => agent.Datapath.ReadPrograms(id, withCode), context.RequestAborted).ConfigureAwait(false);
        await Requests.WriteAsync(context, Resource(report, StateOf(report.State)), ApiJson.Default.EndpointProgramResource).ConfigureAwait(false);
    }

    public async Task GetSharedAsync(HttpContext context)
    {
        bool withCode = WantsCode(context);
        EndpointProgramReport report = await Task.Run(() => agent.Datapath.ReadSharedPrograms(withCode), context.RequestAborted).ConfigureAwait(false);
        await Requests.WriteAsync(context, Resource(report, ProgramState.Shared), ApiJson.Default.EndpointProgramResource).ConfigureAwait(false);
    }

    private static bool WantsCode(HttpContext context) => (string?)context.Request.Query[ApiRoutes.CodeKey] switch
    {
        null or "false" => false,
        "true" => true,
        { } other => throw AgentException.Invalid($"{ApiRoutes.CodeKey}: '{other}' is neither true nor false"),
    };

    private static string StateOf(TailoringState state) => state switch
    {
        TailoringState.Tailored => ProgramState.Tailored,
        TailoringState.Refused => ProgramState.Refused,
        TailoringState.Pending => ProgramState.Pending,
        _ => ProgramState.Shared,
    };

    private static EndpointProgramResource Resource(EndpointProgramReport report, string state) =>
        new(state, [.. report.Programs.Select(Resource)], report.Refusal);

    private static ProgramResource Resource(ProgramReport program) => new(
        program.Name,
        program.KernelId,
        new ProgramInstructions(program.GenericInstructions, program.Instructions, program.TranslatedInstructions, program.VerifiedInstructions),
        program.JitedBytes,
        program.Features,
        program.RemovedFeatures,
        program.Maps,
        program.RemovedMaps,
        program.RemovedFunctions,
        [.. program.Constants.Select(constant => new ProgramConstantEntry(constant.Name, constant.Value, constant.Description))],
        program.Times?.Making.TotalSeconds,
        program.Times?.Loading.TotalSeconds,
        program.Code is { } code ? [.. code.Select(Line)] : null);

    private static CodeLine Line(ListedInstruction instruction) => new(
        instruction.Function, instruction.Slot, instruction.Text, instruction.Target,
        instruction.Source?.File, instruction.Source?.Line, instruction.Source?.Text);
}
