using System.Buffers.Binary;
using Ciliate.Bpf;
using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tests.Packets;
using Xunit;

namespace Ciliate.Datapath.Tests;

/// <summary>What a program did with one packet: its verdict, the packet that came out, and what it told.</summary>
public sealed class Outcome(int verdict, byte[] data, VerdictEvent? told)
{
    private const int Next = -1, Pass = 0, Shot = 2, Redirect = 7;

    /// <summary>With the last that the datapath has told and nobody has looked at yet.</summary>
    public static Outcome Of(TestRunResult run, KernelDatapath datapath)
    {
        datapath.ReadEventsNow();
        VerdictEvent? told = null;
        while (datapath.Events.TryRead(out var next))
            told = next;
        return new Outcome(run.ReturnValue, run.Data.ToArray(), told);
    }

    public int Verdict => verdict;

    public byte[] Data => data;

    public Dissection Packet => new(data);

    public VerdictEvent? Event => told;

    /// <summary>Went on to another container, or back with an answer.</summary>
    public Outcome IsRedirected() => Has(Redirect, "redirected");

    /// <summary>Went up the host's stack, or into the container.</summary>
    public Outcome IsPassed() => Has(Pass, "passed");

    /// <summary>Is not ours: left to whatever program comes next, and the stack.</summary>
    public Outcome IsLeftToOthers() => Has(Next, "left to others");

    /// <summary>Went nowhere, and that is no drop.</summary>
    public Outcome IsConsumed() => Has(Shot, "consumed").TellsNothing();

    public Outcome IsDropped(DropReason reason)
    {
        return Has(Shot, $"dropped ({reason})").TellsDrop(reason);
    }

    /// <summary>An event says that the packet was dropped, though another may have been sent in answer.</summary>
    public Outcome TellsDrop(DropReason reason)
    {
        Assert.NotNull(told);
        Assert.Equal(VerdictKind.Dropped, told.Verdict);
        Assert.Equal(reason, (DropReason)told.DropReason);
        return this;
    }

    /// <summary>An event says that a flow was opened, under this rule.</summary>
    public Outcome OpensFlow(uint rule)
    {
        Assert.NotNull(told);
        Assert.Equal(VerdictKind.Forwarded, told.Verdict);
        Assert.Equal(rule, told.RuleId);
        return this;
    }

    public Outcome TellsNothing()
    {
        Assert.Null(told);
        return this;
    }

    /// <summary>Went back as the gateway's ICMPv6 error about the packet, cut to what every link carries (RFC 4443, 2.4).</summary>
    public Outcome AnswersWithError(byte[] frame, byte type, int value)
    {
        const int ethernet = 14, headers = 48, most = 1280;
        Has(Redirect, "answered");
        Assert.Equal(Rig.Gateway.IPv6, Packet.Source);
        Assert.Equal(frame[6..12], data[..6]);
        Assert.Equal((58, type, value), (Packet.Protocol, data[54], BinaryPrimitives.ReadInt32BigEndian(data.AsSpan(58))));
        byte[] embedded = frame[ethernet..];
        Assert.Equal(embedded[..Math.Min(embedded.Length, most - headers)], data[(ethernet + headers)..]);
        Assert.True(Packet.TransportChecksumIsRight);
        return this;
    }

    private Outcome Has(int expected, string inWords)
    {
        if (verdict != expected)
            Assert.Fail($"expected {inWords}, but the verdict was {verdict}, told as {told?.ToString() ?? "nothing"}");
        return this;
    }
}
