using Ciliate.Bpf;

namespace Ciliate.Datapath.Hooks;

/// <summary>A direction of an interface.</summary>
internal enum HookDirection
{
    /// <summary>What the interface receives; at the host end of a veth: what the container sends.</summary>
    Ingress,

    /// <summary>What the interface sends; at the host end of a veth: what the container receives.</summary>
    Egress,
}

/// <summary>Where a program is to run, and where that is written down.</summary>
/// <param name="Directory">On a bpffs; holds a record, named after the program, of each place where one runs.</param>
/// <param name="Program">Name of the program, and of nothing else in the directory.</param>
internal sealed record HookPlace(string Directory, string Program, int IfIndex, HookDirection Direction);

/// <summary>One way to run a program at an interface. Programs run on without this process; the records tell a later one what is there.
/// A record is a path; each back end knows its own by what lies there.</summary>
internal interface IHookBackend : IDisposable
{
    HookKind Kind { get; }

    /// <summary>Runs the program there from now on. If one runs that was attached to the same place, it is replaced atomically: each packet
    /// sees the one or the other.</summary>
    /// <returns>The record.</returns>
    string Attach(HookPlace place, BpfProgram program);

    /// <summary>Whether a program of that name runs by what the directory records. It is asked often: no more is read than the answer needs.</summary>
    bool Runs(string directory, string program);

    bool Owns(string record);

    /// <summary>Takes the program away, if it is there, and then the record.</summary>
    void Release(string record);

    /// <summary>Id of the program that runs there; 0 when none does any more.</summary>
    uint ProgramOf(string record);

    /// <summary>Interface that the program runs at; 0 when it does not run any more.</summary>
    int InterfaceOf(string record);
}
