using System.Net;
using Ciliate.Datapath;

namespace Ciliate.Agent.Tests.Fakes;

internal static class Verdicts
{
    public static VerdictEvent Dropped(ushort port, byte protocol = 6) => new(
        DateTimeOffset.UnixEpoch, VerdictKind.Dropped, 3, 1, TrafficDirection.Egress, IPAddress.Parse("10.101.0.2"), IPAddress.Parse("10.101.0.3"),
        40000, port, protocol, 0x02, 256, 257, 1, 2, ReservedRules.DefaultDeny, 5, false, 74);

    public static VerdictEvent Forwarded(ushort port, byte protocol = 6) =>
        Dropped(port, protocol) with { Verdict = VerdictKind.Forwarded, DropReason = 0, RuleId = ReservedRules.NotEnforced };
}
