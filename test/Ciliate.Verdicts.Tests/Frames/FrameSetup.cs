using Ciliate.Datapath;
using Ciliate.Datapath.Tests.Packets;

namespace Ciliate.Verdicts.Tests.Frames;

/// <summary>How frames are run.</summary>
/// <param name="Twins">By each container's own programs too, which must do the same.</param>
/// <param name="Only">The containers have an address of this family alone; null: of both.</param>
/// <param name="TwinChange">Spoils what the twins are given of policies; null in earnest.</param>
internal sealed record FrameSetup(bool Twins = false, Family? Only = null, Func<PolicyEntry, PolicyEntry>? TwinChange = null);
