using System.Security.Cryptography;
using System.Text;

namespace Ciliate.Agent.State;

/// <summary>Tells what is on the disk as it was written from what was cut or changed.</summary>
internal static class Checksum
{
    /// <summary>Hexadecimal ones of the SHA-256.</summary>
    public const int Digits = 16;

    private const string Mark = "\n# checksum ";

    public static string Of(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content))[..Digits];

    /// <summary>A text of YAML and, as a comment behind it, its checksum: what was cut at the end of a line may read well, and says something else.</summary>
    public static byte[] Seal(string yaml)
    {
        byte[] text = Encoding.UTF8.GetBytes(yaml);
        return [.. text, .. Encoding.ASCII.GetBytes($"{Mark}{Of(text)}\n")];
    }

    /// <summary>The text; false when it is not as it was sealed.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> content, out ReadOnlySpan<byte> text)
    {
        int length = content.Length - (Mark.Length + Digits + 1);
        text = length > 0 ? content[..length] : [];
        return length > 0 && content[length..].SequenceEqual(Encoding.ASCII.GetBytes($"{Mark}{Of(text)}\n"));
    }
}
