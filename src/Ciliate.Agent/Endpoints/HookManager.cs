using Ciliate.Agent.Control;
using Ciliate.Agent.Logging;
using Ciliate.Agent.State;
using Ciliate.Bpf;
using Ciliate.Datapath;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Endpoints;

/// <summary>A program of the user's that shall judge what an endpoint sends or receives.</summary>
/// <param name="Elf">The compiled object.</param>
/// <param name="File">As the one who asks calls it.</param>
/// <param name="Program">The C function; null: the only one.</param>
public sealed record HookRequest(ReadOnlyMemory<byte> Elf, string File, string? Program);

/// <summary>
/// Programs of the user's at endpoints. A change takes effect in the kernel first, and then for good:
/// <code>
/// programs of the endpoint made, with the user's in them ─▶ attached ─▶ object on disk ─▶ record on disk ─▶ what nobody needs any more goes
/// </code>
/// An agent that dies in between starts with the record of before, and attaches what that says. Used from the control loop only.
/// </summary>
public sealed class HookManager(
    IDatapath datapath, EndpointManager manager, UserObjects objects, StateStore store, TimeProvider time, Func<Undo> beginChange, ILogger logger)
{
    /// <exception cref="AgentException">There is one already, or the program is not fit.</exception>
    public EndpointHook Add(Endpoint endpoint, TrafficDirection at, HookRequest request) => endpoint.HookAt(at) is { } there
        ? throw AgentException.Conflict($"{Place(endpoint, at)} has program {there.Program.Program} of {there.Program.File} already; use replace")
        : Put(endpoint, at, request);

    /// <summary>The new one takes over the maps of the old one that have the same name and shape.</summary>
    /// <exception cref="AgentException">There is none, or the program is not fit.</exception>
    public EndpointHook Replace(Endpoint endpoint, TrafficDirection at, HookRequest request)
    {
        Require(endpoint, at);
        return Put(endpoint, at, request);
    }

    /// <exception cref="AgentException">There is none.</exception>
    public void Remove(Endpoint endpoint, TrafficDirection at)
    {
        Require(endpoint, at);
        Change(endpoint, endpoint with { Hooks = [.. endpoint.Hooks.Where(hook => hook.At != at)] });
    }

    /// <summary>Pins and objects that no endpoint needs. Safe to repeat, and cheap.</summary>
    public void RemoveUnused()
    {
        datapath.PruneUserMaps([.. manager.Endpoints.Rows.Select(endpoint => endpoint.Wiring)]);
        objects.RemoveUnused();
    }

    /// <summary>The same as the end of a change: what cannot be removed now is tried again, and is no reason to call the change a failure.</summary>
    public void CleanUp()
    {
        try
        {
            RemoveUnused();
        }
        catch (Exception error) when (error is DatapathException or AgentException)
        {
            logger.PeriodicTaskFailed("removing what no hook needs any more", error.Message);
        }
    }

    private EndpointHook Put(Endpoint endpoint, TrafficDirection at, HookRequest request)
    {
        if (endpoint.State != EndpointState.Ready)
            throw AgentException.Conflict($"endpoint '{endpoint.Name}' is disconnected; nothing can be hooked to it");
        UserProgram program = Checked(request);
        var hook = new EndpointHook(
            at, new UserHook(request.Elf, UserObjects.DigestOf(request.Elf.Span), request.File, program.Name), time.GetUtcNow());
        Change(endpoint, endpoint with { Hooks = [.. endpoint.Hooks.Where(other => other.At != at).Append(hook).OrderBy(one => one.At)] });
        return hook;
    }

    private void Change(Endpoint before, Endpoint after)
    {
        try
        {
            using Undo undo = beginChange();
            if (before.State == EndpointState.Ready)
                AttachAs(before, after, undo);
            foreach (EndpointHook hook in after.Hooks)
                objects.Write(hook.Program.Elf);
            undo.Add("store endpoint", () => store.TakeBack(store.EndpointPath(before.Id), () => store.WriteEndpoint(before.ToStored())));
            store.WriteEndpoint(after.ToStored());
            manager.Endpoints.Put(after.Id, after);
            undo.Commit();
        }
        finally
        {
            CleanUp();
        }
    }

    private void AttachAs(Endpoint before, Endpoint after, Undo undo)
    {
        using IPreparedPrograms prepared = Prepared(after);
        undo.Add("attach programs", () => AttachAgain(before));
        manager.Attach(after, prepared);
    }

    /// <summary>What fails here is tried again as if the agent had started.</summary>
    private void AttachAgain(Endpoint before)
    {
        try
        {
            manager.Attach(before);
        }
        catch (Exception error)
        {
            manager.PutProblem(before, error.Message);
            throw;
        }
    }

    private static UserProgram Checked(HookRequest request)
    {
        try
        {
            return UserProgram.Check(request.Elf, request.File, request.Program);
        }
        catch (DatapathException error)
        {
            throw new AgentException(AgentError.Invalid, error.Message, error);
        }
    }

    /// <exception cref="AgentException">The verifier refuses the whole, which it did not the program alone: the fault is the program's.</exception>
    private IPreparedPrograms Prepared(Endpoint endpoint)
    {
        try
        {
            return datapath.PreparePrograms(endpoint.Wiring);
        }
        catch (DatapathException error) when (error.InnerException is (VerifierException or BpfObjectException) and var refusal)
        {
            string files = string.Join(" and ", endpoint.Hooks.Select(hook => hook.Program.File).Distinct());
            throw new AgentException(AgentError.Invalid, $"{files}: together with the container's own program it is refused: {refusal.Message}", error);
        }
    }

    private static void Require(Endpoint endpoint, TrafficDirection at)
    {
        if (endpoint.HookAt(at) is null)
            throw AgentException.NotFound($"{Place(endpoint, at)} has no program; ciliate endpoint hook list shows those that are");
    }

    private static string Place(Endpoint endpoint, TrafficDirection at) => $"endpoint '{endpoint.Name}' at {EndpointHook.Text(at)}";
}
