using System.Text.Json.Serialization;

namespace Ciliate.Api;

/// <summary>Flags that are not set are left out of the JSON.</summary>
public sealed record FlowTcpFlags
{
    private const byte FinBit = 0x01, SynBit = 0x02, RstBit = 0x04, PshBit = 0x08, AckBit = 0x10, UrgBit = 0x20, EceBit = 0x40, CwrBit = 0x80;

    [JsonPropertyName("FIN"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Fin { get; init; }

    [JsonPropertyName("SYN"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Syn { get; init; }

    [JsonPropertyName("RST"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Rst { get; init; }

    [JsonPropertyName("PSH"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Psh { get; init; }

    [JsonPropertyName("ACK"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Ack { get; init; }

    [JsonPropertyName("URG"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Urg { get; init; }

    [JsonPropertyName("ECE"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Ece { get; init; }

    [JsonPropertyName("CWR"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Cwr { get; init; }

    /// <param name="flags">The flags byte of the TCP header (RFC 9293 section 3.1).</param>
    public static FlowTcpFlags FromByte(byte flags) => new()
    {
        Fin = (flags & FinBit) != 0,
        Syn = (flags & SynBit) != 0,
        Rst = (flags & RstBit) != 0,
        Psh = (flags & PshBit) != 0,
        Ack = (flags & AckBit) != 0,
        Urg = (flags & UrgBit) != 0,
        Ece = (flags & EceBit) != 0,
        Cwr = (flags & CwrBit) != 0,
    };

    /// <summary>Names of the flags that are set, in the order of the header's bits from the lowest: <c>SYN, ACK</c>.</summary>
    public override string ToString()
    {
        var names = new List<string>(2);
        void Add(bool set, string name)
        {
            if (set)
                names.Add(name);
        }

        Add(Fin, "FIN");
        Add(Syn, "SYN");
        Add(Rst, "RST");
        Add(Psh, "PSH");
        Add(Ack, "ACK");
        Add(Urg, "URG");
        Add(Ece, "ECE");
        Add(Cwr, "CWR");
        return string.Join(", ", names);
    }
}
