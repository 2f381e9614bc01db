namespace Ciliate.Datapath;

/// <summary>How programs hang at interfaces.</summary>
public enum HookKind
{
    /// <summary>Links of the kernel's tcx (Linux 6.6).</summary>
    Tcx,

    /// <summary>Direct-action filters at a clsact qdisc.</summary>
    Clsact,
}
