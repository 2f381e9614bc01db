using System.Globalization;
using System.Net;
using Ciliate.Agent.Flows;
using Ciliate.Api;
using Ciliate.Datapath;
using Microsoft.AspNetCore.Http;

namespace Ciliate.Agent.Api;

/// <summary>A query for flows, checked. A key or value that is not understood is refused by name.</summary>
internal sealed record FlowRequest(int Last, bool Follow, FlowFilter Filter)
{
    /// <exception cref="AgentException">A key or value is not understood.</exception>
    public static FlowRequest Parse(IQueryCollection query)
    {
        var request = new FlowRequest(FlowQuery.DefaultLast, false, FlowFilter.Everything);
        foreach ((string key, var values) in query)
        {
            if (values is not [{ } value])
                throw AgentException.Invalid($"query '{key}' is given {values.Count} times; give it once");
            request = request.With(key, value);
        }

        return request;
    }

    private FlowRequest With(string key, string value) => key switch
    {
        FlowQuery.LastKey => this with { Last = Number(key, value, FlowLog.DefaultCapacity) },
        FlowQuery.FollowKey => this with { Follow = Boolean(key, value) },
        FlowQuery.VerdictKey => this with { Filter = Filter with { Verdict = Verdict(value) } },
        FlowQuery.FromKey => this with { Filter = Filter with { From = Peer(value) } },
        FlowQuery.ToKey => this with { Filter = Filter with { To = Peer(value) } },
        FlowQuery.PortKey => this with { Filter = Filter with { Port = (ushort)Number(key, value, ushort.MaxValue) } },
        FlowQuery.ProtocolKey => this with { Filter = Filter with { Protocol = Protocol(value) } },
        _ => throw AgentException.Invalid($"flows have no query '{key}'"),
    };

    private static int Number(string key, string value, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= most
            ? number
            : throw AgentException.Invalid($"{key}: '{value}' is not a number from 0 to {most}");

    private static bool Boolean(string key, string value) => value switch
    {
        "true" => true,
        "false" => false,
        _ => throw AgentException.Invalid($"{key}: '{value}' is neither true nor false"),
    };

    private static VerdictKind Verdict(string value) =>
        value.Equals(FlowVerdict.Forwarded, StringComparison.OrdinalIgnoreCase) ? VerdictKind.Forwarded
        : value.Equals(FlowVerdict.Dropped, StringComparison.OrdinalIgnoreCase) ? VerdictKind.Dropped
        : throw AgentException.Invalid($"verdict: '{value}' is neither forwarded nor dropped");

    private static byte Protocol(string value) => ProtocolNames.TryParse(value, out byte protocol)
        ? protocol
        : throw AgentException.Invalid($"protocol: '{value}' is none of {ProtocolNames.Listing}");

    /// <summary>An address in one spelling, whatever it was written in.</summary>
    private static string Peer(string value) =>
        value.AsSpan().IndexOfAny('.', ':') >= 0 && IPAddress.TryParse(value, out IPAddress? address) ? address.ToString() : value;
}
