namespace Ciliate.Bench.Programs.Rigs;

/// <summary>A datapath of its own with what its programs need, but for the wire.</summary>
internal interface IPacketRig : IDisposable
{
    /// <summary>Runs where the interfaces and routes are that the programs ask the kernel for.</summary>
    T Run<T>(Func<T> work);

    /// <summary>Takes what was told off the ring; how many.</summary>
    int TakeEvents();
}
