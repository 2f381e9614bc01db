using Ciliate.Datapath.Tailoring;

namespace Ciliate.Datapath;

/// <summary>Programs of single endpoints, in the place of those that all share.</summary>
public sealed partial class KernelDatapath
{
    public SettledPrograms? SettlePrograms(ushort endpointId) => Explain($"settle the programs of endpoint {endpointId}", () =>
    {
        if (_programs.IsSettled(endpointId) || WiringOf(endpointId) is not { } wiring)
            return null;
        // Nobody waits meanwhile: the endpoint may go, or be described anew, and is looked at again before it gets them.
        var settled = Make(wiring, out var own);
        using (own)
            return _programs.Settle(wiring, () => wiring == WiringOf(endpointId), own, settled) ? settled : null;
    });

    public EndpointProgramReport ReadPrograms(ushort endpointId, bool withCode = false) => Explain($"read the programs of endpoint {endpointId}",
        () => new ProgramReporting(_tailor, _programs, withCode).Of(endpointId, WiringOf(endpointId)));

    public EndpointProgramReport ReadSharedPrograms(bool withCode = false) => Explain("read the programs that all endpoints share",
        () => new ProgramReporting(_tailor, _programs, withCode).OfShared(name => _maps.Program(name).Info.Id));

    /// <summary>The programs of one endpoint, loaded and not attached. Thread-safe.</summary>
    internal TailoredPair Tailor(EndpointWiring wiring, SmallPolicy? policy = null) =>
        Explain($"make the programs of endpoint {wiring.Id}", () => MakePair(wiring, policy));

    private EndpointWiring? WiringOf(ushort endpointId) =>
        _endpoints.WiringOf(endpointId) is { } wiring ? wiring with { Users = _userHooks.GetValueOrDefault(endpointId, UserHooks.None) } : null;

    private SettledPrograms Make(EndpointWiring wiring, out TailoredPair? own)
    {
        own = null;
        // Without the user's in them no others may take the place of those that run.
        if (wiring.Users.Any)
        {
            own = Tailor(wiring);
            return new SettledPrograms(TailoringState.Tailored, null, own.Times);
        }
        if (!_tailors)
            return new SettledPrograms(TailoringState.Off, null, []);
        try
        {
            own = Tailor(wiring);
            return new SettledPrograms(TailoringState.Tailored, null, own.Times);
        }
        catch (Exception error)
        {
            // Whatever it is, be it a fault of our own: the programs that run are good ones.
            return new SettledPrograms(TailoringState.Refused, error.Message, []);
        }
    }
}
