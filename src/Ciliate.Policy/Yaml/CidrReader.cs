using System.Net;

namespace Ciliate.Policy;

/// <summary>Reads prefixes of addresses.</summary>
internal static class CidrReader
{
    public static IPNetwork ReadPrefix(YamlField field)
    {
        string text = field.Text();
        return Prefixes.TryParse(text, out var prefix)
            ? prefix
            : throw field.Fail($"{Quoting.Quote(text)} is not an address or prefix (10.0.0.0/8, fd00::/8)");
    }

    /// <summary>As Cilium and Kubernetes: a block and its exceptions have a length, even where they are one address.</summary>
    private static IPNetwork ReadBlockPrefix(YamlField field)
    {
        var prefix = ReadPrefix(field);
        return field.Text().Contains('/', StringComparison.Ordinal) ? prefix : throw field.Fail($"{Quoting.Quote(field.Text())} has no length, write {prefix}");
    }

    /// <summary>A mapping of <c>cidr</c> and <c>except</c>: <c>toCIDRSet</c> of Cilium, <c>ipBlock</c> of Kubernetes.</summary>
    public static CidrSelector ReadBlock(YamlField field, params ReadOnlySpan<string> unsupported)
    {
        var fields = field.Fields(["cidr", "except"], unsupported);
        var prefix = ReadBlockPrefix(field.Required(fields, "cidr"));
        var except = new List<IPNetwork>();
        if (fields.TryGetValue("except", out var list))
        {
            foreach (var item in list.Items())
                except.Add(ReadExcept(item, prefix));
        }
        return new CidrSelector(prefix, except);
    }

    private static IPNetwork ReadExcept(YamlField field, IPNetwork prefix)
    {
        var except = ReadBlockPrefix(field);
        return prefix.Covers(except) ? except : throw field.Fail($"{except} is not inside {prefix}");
    }
}
