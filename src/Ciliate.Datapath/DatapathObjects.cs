using System.Reflection;
using Ciliate.Bpf;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>The compiled datapath, parsed once and loaded many times. Its layouts are compared with this assembly's before anything
/// is loaded.</summary>
internal static class DatapathObjects
{
    private static readonly Lazy<ObjectSpec> LazyContainer = new(ParseContainer);
    private static readonly Lazy<ObjectSpec> LazyCollect = new(() => Parse("collect.bpf.o"));

    private static readonly Lazy<ObjectSpec> LazyHost = new(() => Parse("host.bpf.o"));

    public static ObjectSpec Host => LazyHost.Value;

    public static ObjectSpec Container => LazyContainer.Value;

    public static ObjectSpec Collect => LazyCollect.Value;

    private static ObjectSpec ParseContainer()
    {
        var spec = Parse("container.bpf.o");
        BtfLayout.Verify(spec.Btf, AbiLayout.Entries);
        return spec;
    }

    private static ObjectSpec Parse(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new DatapathException($"{name} is not part of this build");
        var elf = new byte[stream.Length];
        stream.ReadExactly(elf);
        return ObjectSpec.Parse(elf, name);
    }
}
