using System.Security.Cryptography;
using System.Text;

namespace Ciliate.Agent.Tests.Fakes;

/// <summary>Files of records behind their checksums, made without the agent.</summary>
internal static class JournalFile
{
    public static string Line(string record) => $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(record)))[..16]} {record}\n";

    public static void Write(string path, params string[] records) => File.WriteAllText(path, string.Concat(records.Select(Line)));
}
